//! Signatures of webhooks, sent and received, as the Standard Webhooks specification says
//! (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, "Signature scheme").

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// What a symmetric secret starts with.
pub const PREFIX: &str = "whsec_";
/// The specification's bounds of a key, in bytes.
pub const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook's secret is not \"whsec_\" and 24 to 64 bytes in base64")]
pub struct BadSecret;

/// A secret as people copy it, from 24 to 64 random bytes.
pub fn secret(key: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(key))
}

/// The value of `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
/// `timestamp` is in seconds since 1970, and is the same text as the header `webhook-timestamp`.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, BadSecret> {
    let key = secret.strip_prefix(PREFIX).and_then(|text| LENIENT.decode(text).ok()).ok_or(BadSecret)?;
    if !KEY_BYTES.contains(&key.len()) {
        return Err(BadSecret);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| BadSecret)?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Whether one of the signatures in `header`, the value of `webhook-signature`, is this secret's. Those of
/// other versions are passed over. How long it takes does not tell how much of a signature is right.
pub fn verify(secret: &str, id: &str, timestamp: i64, body: &[u8], header: &str) -> bool {
    let Ok(expected) = sign(secret, id, timestamp, body) else { return false };
    let none = Choice::from(0);
    header.split(' ').fold(none, |found, given| found | expected.as_bytes().ct_eq(given.as_bytes())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the reference libraries.
    #[test]
    fn the_published_example() {
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_part_is_signed() {
        let secret = secret(&[7; 32]);
        let base = sign(&secret, "a", 1, b"{}").unwrap();
        assert_ne!(base, sign(&secret, "b", 1, b"{}").unwrap());
        assert_ne!(base, sign(&secret, "a", 2, b"{}").unwrap());
        assert_ne!(base, sign(&secret, "a", 1, b"[]").unwrap());
        assert_ne!(base, sign(&super::secret(&[8; 32]), "a", 1, b"{}").unwrap());
    }

    #[test]
    fn one_signature_of_several_is_enough() {
        let key = secret(&[7; 32]);
        let good = sign(&key, "a", 1, b"{}").unwrap();
        let other = sign(&secret(&[8; 32]), "a", 1, b"{}").unwrap();
        for header in [good.clone(), format!("{other} {good}"), format!("v1a,AAAA {good} {other}")] {
            assert!(verify(&key, "a", 1, b"{}", &header), "{header}");
        }
        let bare = good.trim_start_matches("v1,");
        for header in ["", " ", "v1,", bare, &good[..good.len() - 1], &format!("v2,{bare}"), &other] {
            assert!(!verify(&key, "a", 1, b"{}", header), "{header}");
        }
        assert!(!verify(&key, "b", 1, b"{}", &good) && !verify(&key, "a", 2, b"{}", &good));
        assert!(!verify("whsec_AAAA", "a", 1, b"{}", &good));
    }

    #[test]
    fn other_secrets_are_refused() {
        for text in
            ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_€", &secret(&[1; 65])]
        {
            assert_eq!(sign(text, "a", 1, b""), Err(BadSecret), "{text}");
        }
        assert!(sign(secret(&[1; 32]).trim_end_matches('='), "a", 1, b"").is_ok());
    }
}
