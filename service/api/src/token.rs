//! Who calls: a signed token (JWT, Ed25519) and what must hold for it to be believed.
//!
//! The library's defaults are lax (60 s of leeway, issuer and audience only if present, no `nbf`), so
//! everything is stated here. Each refusal looks the same from outside.

use chat_domain::AccountId;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// Clocks of issuer and service may differ by so much, in seconds.
const LEEWAY_S: u64 = 5;

/// No token that is issued comes near; longer ones are refused before any work is done on them.
const TOKEN_BYTES_MAX: usize = 4096;

/// What a token says. A member given twice, or of another type, is refused by the decoder.
#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The account, as a decimal string.
    pub(crate) sub: String,
    /// Who issued it.
    pub(crate) iss: String,
    /// For which service.
    pub(crate) aud: String,
    /// Until when, in seconds since 1970.
    pub(crate) exp: u64,
    /// Since when, in seconds since 1970.
    pub(crate) iat: u64,
}

/// The token is not believed; why is nobody's business but the log's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct InvalidToken;

/// Checks tokens of one issuer for one audience.
#[derive(Clone)]
pub struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    /// For an Ed25519 public key of 32 bytes.
    pub(crate) fn new(public_key: &[u8], issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_S;
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self { key: DecodingKey::from_ed_der(public_key), validation }
    }

    /// Whose token it is. A check takes about 45 µs (40 to 56 in 10 runs of `examples/token_cost`,
    /// AMD EPYC with 2 cores shared by builds, 2026-11-23), a twentieth of a core at 1000 requests a
    /// second: too little to remember tokens for, with a bound, an expiry and a way to forget them.
    pub fn verify(&self, token: &str) -> Result<AccountId, InvalidToken> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(InvalidToken);
        }
        let token = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|error| refused(&error))?;
        // Nothing but `typ` and `alg`: no embedded keys or key addresses, no extensions that we
        // would have to understand.
        if token.header != Header::new(Algorithm::EdDSA) {
            return Err(refused(&"unexpected header"));
        }
        token.claims.sub.parse().map_err(|error| refused(&error))
    }
}

fn refused(reason: &dyn std::fmt::Display) -> InvalidToken {
    tracing::debug!(%reason, "a token was refused");
    InvalidToken
}
