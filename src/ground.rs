//! What a run stands on: a target that is there already, or the bundled service started for it.

use std::time::Duration;

use anyhow::anyhow;
use load_engine::targets::{Target, TargetError};
use load_plan::table::Rows;

use crate::bundled::Bundled;
use crate::child::Child;
use crate::distance::Distance;
use crate::failure::Failure;
use crate::place::Place;
use crate::say;
use crate::stores::Stored;

/// The target of a run, and what was started for it.
#[derive(Debug)]
pub(crate) struct Ground {
    target: Target,
    /// What stands before the bundled service. Before it here too, because it holds connections to it: first
    /// dropped is first stopped.
    distance: Option<Distance>,
    bundled: Option<(Bundled, Stored)>,
}

impl Ground {
    pub(crate) fn prepare(
        place: Place,
        stored: Stored,
        distance: Option<Duration>,
    ) -> Result<Self, Failure> {
        match (place, &stored) {
            (Place::At(_), _) if distance.is_some() => Err(Failure::usage(anyhow!(
                "`--distance` is for the target `bundled`; before another one, `hanno sink --forward URL \
                 --delay TIME` makes the distance"
            ))),
            (Place::At(_), Stored::Dynamo(_)) => Err(Failure::usage(anyhow!(
                "`--store dynamodb` is for the target `bundled`: what another target keeps is its own matter"
            ))),
            (Place::At(target), Stored::Redb) => Ok(Self { target, bundled: None, distance: None }),
            (Place::Bundled, _) => {
                say::note("filling a store and starting the bundled service");
                let bundled = Bundled::start(&stored)?;
                let there = |delay| Distance::to(&bundled.child.url, delay);
                let distance = distance.map(there).transpose()?;
                let nearest = distance.as_ref().map_or(&bundled.child, |distance| &distance.child);
                let target = target(&nearest.url, &bundled.child).map_err(Failure::unable)?;
                Ok(Self { target, bundled: Some((bundled, stored)), distance })
            }
        }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// As the record names it.
    pub(crate) fn name(&self) -> &str {
        if self.bundled.is_some() { load_plan::scenario::BUNDLED } else { &self.target.name }
    }

    pub(crate) fn rows(&self) -> Option<&Rows> {
        self.bundled.as_ref().map(|(bundled, _)| &bundled.rows)
    }

    pub(crate) fn process(&self) -> Option<u32> {
        self.bundled.as_ref().map(|(bundled, _)| bundled.child.id())
    }

    pub(crate) fn stored(&self) -> Option<&Stored> {
        self.bundled.as_ref().map(|(_, stored)| stored)
    }

    /// How far away the bundled service was put, if at all.
    pub(crate) fn distance(&self) -> Option<&str> {
        self.distance.as_ref().map(|distance| distance.text.as_str())
    }

    pub(crate) fn dataset_sha256(&self) -> Option<&str> {
        self.bundled.as_ref().map(|(bundled, _)| bundled.dataset_sha256.as_str())
    }

    /// Stops what was started.
    pub(crate) fn clear(self) -> Result<(), Failure> {
        if let Some(distance) = self.distance {
            distance.child.stop()?;
        }
        if let Some((bundled, _)) = self.bundled {
            let status = bundled.child.stop()?;
            if !status.success() {
                say::note(&format!("the bundled service ended with {status}"));
            }
        }
        Ok(())
    }
}

/// The service at a URL, and the page of its metrics: with what its store consumed, as long as it runs.
fn target(url: &str, service: &Child) -> Result<Target, TargetError> {
    let target = Target::at_url(url)?;
    match &service.admin {
        Some(admin) => target.with_metrics(&format!("{admin}/metrics"), &[]),
        None => Ok(target),
    }
}
