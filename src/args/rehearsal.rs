//! What is made slow on purpose, to see what that does.

use std::time::Duration;

use clap::ValueEnum;

/// The default time-out of a step: nothing further away would ever be answered.
const DISTANCE_MAX: Duration = Duration::from_secs(10);

/// The service as it would be far away.
#[derive(Debug, clap::Args)]
pub(crate) struct DistanceArgs {
    /// Put the bundled service far away: a relay holds each byte so long, each way, at most 10s
    #[arg(long, env = "HANNO_DISTANCE", value_name = "TIME", value_parser = distance)]
    pub(crate) distance: Option<Duration>,
}

/// The service as it would be with slow credentials.
#[derive(Debug, clap::Args)]
pub(crate) struct CredentialsArgs {
    /// With a local DynamoDB, take credentials that need 300 ms to come and end after 3 s, and renew
    /// them so [default: some that are at hand]
    #[arg(long, value_enum, env = "HANNO_CREDENTIALS", value_name = "HOW")]
    pub(crate) credentials: Option<Credentials>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Credentials {
    /// In the background, before they end, as the service does at AWS: no request waits
    Refresher,
    /// As the AWS SDK does by itself: when a request finds that they are about to end, which then waits
    SdkLazy,
}

impl Credentials {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refresher => "refresher",
            Self::SdkLazy => "sdk-lazy",
        }
    }
}

fn distance(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if time <= DISTANCE_MAX { Ok(time) } else { Err("at most 10s".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_out_of_reach() {
        assert_eq!(distance("75ms"), Ok(Duration::from_millis(75)));
        assert_eq!(distance("10s"), Ok(DISTANCE_MAX));
        for text in ["11s", "1min", "75", "far", ""] {
            assert!(distance(text).is_err(), "{text}");
        }
    }
}
