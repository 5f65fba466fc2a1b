//! The key by which push services know this installation, and what it signs: RFC 8292 (VAPID).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// Push services refuse what is signed for more than a day.
const LASTS: TimeDelta = TimeDelta::hours(12);

/// There is no key, or it signs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for push services cannot be used")]
pub struct BadVapidKey;

/// The secret key at work. Clones are the same.
#[derive(Clone)]
pub struct VapidKey(Arc<EcdsaKeyPair>);

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VapidKey").field(&self.public_key()).finish()
    }
}

impl VapidKey {
    /// A new key of P-256, as it is kept: PKCS #8 in hex.
    pub fn generate() -> Result<String, BadVapidKey> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        made.map(hex::encode).map_err(|_| BadVapidKey)
    }

    /// Reads one that was kept.
    pub fn read(kept: &str) -> Result<Self, BadVapidKey> {
        let bytes = hex::decode(kept).map_err(|_| BadVapidKey)?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &SystemRandom::new())
            .map(|key| Self(Arc::new(key)))
            .map_err(|_| BadVapidKey)
    }

    /// The `applicationServerKey`: a point of P-256, uncompressed, as base64url.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key())
    }

    /// The value of `Authorization` for a request to `origin`. `contact`: a `mailto:` or `https:` address of who runs
    /// this, for who runs the push service.
    pub fn authorization(
        &self,
        origin: &str,
        contact: &str,
        now: DateTime<Utc>,
    ) -> Result<String, BadVapidKey> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let claims = part(json!({ "aud": origin, "exp": (now + LASTS).timestamp(), "sub": contact }));
        let signed = format!("{head}.{claims}");
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| BadVapidKey)?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(format!("vapid t={signed}.{signature}, k={}", self.public_key()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Verifier;
    use p256::ecdsa::{Signature, VerifyingKey};

    #[test]
    fn others_verify_what_it_signs() {
        let kept = VapidKey::generate().unwrap();
        let key = VapidKey::read(&kept).unwrap();
        assert_eq!(VapidKey::read(&kept).unwrap().public_key(), key.public_key());
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let value = key.authorization("https://push.example", "mailto:a@example.com", now).unwrap();
        let (token, public) = value.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(public, key.public_key());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let verifier = VerifyingKey::from_sec1_bytes(&decoded(public)).unwrap();
        let signature = Signature::from_slice(&decoded(signature)).unwrap();
        verifier.verify(signed.as_bytes(), &signature).unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&decoded(signed.split('.').nth(1).unwrap())).unwrap();
        assert_eq!(
            claims,
            json!({ "aud": "https://push.example", "exp": 1_700_043_200, "sub": "mailto:a@example.com" })
        );
    }

    #[test]
    fn what_is_no_key_is_refused_and_none_is_printed() {
        for kept in ["", "00", "zz"] {
            assert_eq!(VapidKey::read(kept).unwrap_err(), BadVapidKey);
        }
        let kept = VapidKey::generate().unwrap();
        assert!(!format!("{:?}", VapidKey::read(&kept).unwrap()).contains(&kept[100..140]));
    }
}
