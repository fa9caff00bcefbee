//! The development issuer: signs tokens for the bundled service, so that load can be sent without an
//! identity provider. Its key lies in the data directory and is worth what lies beside it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use chat_domain::AccountId;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use crate::{
    clock,
    token::{Claims, InvalidToken, Verifier},
};

const ISSUER: &str = "hanno-development";
const AUDIENCE: &str = "hanno-chat";

/// Reading more would mean that the file is something else; a key has 83 bytes.
const KEY_BYTES_MAX: u64 = 1024;

/// Signs and checks tokens with one Ed25519 key pair.
pub struct DevIssuer {
    private: EncodingKey,
    public: Vec<u8>,
}

/// Why there is no issuer, or no token.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The key file cannot be read or written.
    #[error("the issuer's key {} cannot be used: {source}", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Other users of the machine can read the key file.
    #[error("the issuer's key {} can be read by others (mode {mode:03o}); it must have mode 600", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// What it is.
        mode: u32,
    },
    /// The bytes are no Ed25519 key pair.
    #[error("this is no Ed25519 key pair")]
    NotAKey,
    /// The system gave no randomness.
    #[error("no key pair can be made")]
    NoRandomness,
    /// Signing failed.
    #[error("no token can be signed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// A token that was just signed is refused.
    #[error("the issuer's own token is refused")]
    SelfTest(#[from] InvalidToken),
}

impl DevIssuer {
    /// The key file in the data directory.
    pub const FILE: &str = "issuer.pk8";

    /// With a new key pair, kept nowhere.
    pub fn generate() -> Result<Self, IssuerError> {
        Self::of(&new_key()?)
    }

    /// With the key pair of a data directory, which is made on first use.
    pub fn load_or_create(dir: &Path) -> Result<Self, IssuerError> {
        let path = dir.join(Self::FILE);
        let failed = |source| IssuerError::Key { path: path.clone(), source };
        if !path.try_exists().map_err(failed)? {
            fs::create_dir_all(dir).map_err(failed)?;
            create(dir, &path, &new_key()?).map_err(failed)?;
        }
        let metadata = fs::metadata(&path).map_err(failed)?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(IssuerError::Exposed { path, mode });
        }
        if metadata.len() > KEY_BYTES_MAX {
            return Err(IssuerError::NotAKey);
        }
        Self::of(&fs::read(&path).map_err(failed)?)
    }

    /// A token for an account, valid from `now_unix_s` for `lifetime`.
    pub fn mint(
        &self,
        account: AccountId,
        lifetime: Duration,
        now_unix_s: u64,
    ) -> Result<String, IssuerError> {
        let claims = Claims {
            sub: account.to_string(),
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            exp: now_unix_s.saturating_add(lifetime.as_secs()),
            iat: now_unix_s,
        };
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.private)?)
    }

    /// Checks this issuer's tokens.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(&self.public, ISSUER, AUDIENCE)
    }

    /// The Ed25519 public key, 32 bytes.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    fn of(pkcs8: &[u8]) -> Result<Self, IssuerError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| IssuerError::NotAKey)?;
        let public = pair.public_key().as_ref().to_vec();
        let issuer = Self { private: EncodingKey::from_ed_der(pkcs8), public };
        issuer.self_test()?;
        Ok(issuer)
    }

    /// Signs and checks one token, so that a broken set-up shows at the start and not as 401.
    fn self_test(&self) -> Result<(), IssuerError> {
        let token = self.mint(AccountId::MIN, Duration::from_mins(1), clock::unix_ms() / 1000)?;
        self.verifier().verify(&token)?;
        Ok(())
    }
}

fn new_key() -> Result<Vec<u8>, IssuerError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| IssuerError::NoRandomness)?;
    let document = pair.to_pkcs8().map_err(|_| IssuerError::NoRandomness)?;
    Ok(document.as_ref().to_vec())
}

/// Writes the key beside its place and links it there whole: of two processes that start at once, one
/// wins and both read the same key.
fn create(dir: &Path, path: &Path, key: &[u8]) -> io::Result<()> {
    let draft = dir.join(format!("{}.{}", DevIssuer::FILE, std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = file.write_all(key).and_then(|()| file.sync_all());
    let linked = linked.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn a_directory_keeps_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let first = DevIssuer::load_or_create(dir.path()).unwrap();
        let again = DevIssuer::load_or_create(dir.path()).unwrap();
        assert_eq!(first.public_key(), again.public_key());
        assert_ne!(first.public_key(), DevIssuer::generate().unwrap().public_key());
        let path = dir.path().join(DevIssuer::FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no draft is left");
        let account = AccountId::new(7).unwrap();
        let now = clock::unix_ms() / 1000;
        let token = first.mint(account, Duration::from_mins(5), now).unwrap();
        assert_eq!(again.verifier().verify(&token), Ok(account));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        DevIssuer::load_or_create(dir.path()).unwrap();
        let path = dir.path().join(DevIssuer::FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = DevIssuer::load_or_create(dir.path());
        assert!(matches!(refused, Err(IssuerError::Exposed { mode: 0o644, .. })));
    }

    #[test]
    fn bytes_that_are_no_key_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DevIssuer::FILE);
        create(dir.path(), &path, b"not a key").unwrap();
        assert!(matches!(DevIssuer::load_or_create(dir.path()), Err(IssuerError::NotAKey)));
    }

    #[test]
    fn signing_is_deterministic_and_the_claims_are_as_stated() {
        let issuer = DevIssuer::generate().unwrap();
        let mint = || issuer.mint(AccountId::MIN, Duration::from_mins(1), NOW).unwrap();
        assert_eq!(mint(), mint());
        let payload = mint().split('.').nth(1).unwrap().to_owned();
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let json = base64::Engine::decode(&engine, payload).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let expected = serde_json::json!({
            "sub": "1", "iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 60, "iat": NOW,
        });
        assert_eq!(claims, expected);
    }
}
