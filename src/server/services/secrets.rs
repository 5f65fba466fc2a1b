//! Random secrets: made here, shown once, and kept only as a hash where nobody needs to show them again.

use super::fault::internal;
use crate::domain::AppResult;
use crate::domain::canonical::sha256_hex;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::TryRngCore;
use rand::rngs::OsRng;

const BYTES: usize = 32;

/// A secret and what is kept of it.
pub struct Secret {
    pub text: String,
    /// SHA-256 in hex: the secret has 256 random bits, so that a slow hash would add nothing.
    pub hash: String,
}

impl Secret {
    fn new(prefix: &str) -> AppResult<Self> {
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random()?));
        let hash = hash(&text);
        Ok(Self { text, hash })
    }

    /// Of an API token: `cs_…`.
    pub fn token() -> AppResult<Self> {
        Self::new("cs_")
    }

    /// Of a session or a set-up link.
    pub fn link() -> AppResult<Self> {
        Self::new("")
    }
}

/// What is kept of a secret.
pub fn hash(secret: &str) -> String {
    sha256_hex(secret.as_bytes())
}

/// The signing key of a webhook, as Standard Webhooks writes it: `whsec_` and base64. Kept as it is, to sign with.
pub fn webhook_key() -> AppResult<String> {
    Ok(format!("whsec_{}", STANDARD.encode(random()?)))
}

fn random() -> AppResult<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    OsRng.try_fill_bytes(&mut bytes).map_err(|fault| internal(&fault))?;
    Ok(bytes)
}
