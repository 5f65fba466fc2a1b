//! Encrypting a message for one browser: RFC 8291 over RFC 8188 (`aes128gcm`, one record). The push service in between
//! reads nothing of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;

/// A point of P-256, uncompressed.
const POINT: usize = 65;
const SALT: usize = 16;
const TAG: usize = 16;
/// What push services must take, header included (RFC 8030, section 7.2).
const BODY_MAX: usize = 4096;
/// Salt, record size, length of the key, the key (RFC 8188, section 2.1).
const HEADER: usize = SALT + 4 + 1 + POINT;
/// So many bytes can be said: the rest is the header, the tag and the byte that ends the text.
pub const TEXT_MAX: usize = BODY_MAX - HEADER - TAG - 1;

/// A message cannot be encrypted. There is nothing to say about why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it could not be encrypted")]
pub struct SealError;

impl From<Unspecified> for SealError {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

/// Which of a browser's keys makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKey {
    P256dh,
    Auth,
}

/// The keys of a subscription.
#[derive(Clone, Copy)]
pub struct BrowserKeys {
    p256dh: [u8; POINT],
    auth: [u8; SALT],
}

impl fmt::Debug for BrowserKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserKeys")
    }
}

impl BrowserKeys {
    /// Reads what the browser gave, as base64url. A point that is not on the curve is no key.
    pub fn read(p256dh: &str, auth: &str) -> Result<Self, BadKey> {
        let keys =
            Self { p256dh: bytes(p256dh).ok_or(BadKey::P256dh)?, auth: bytes(auth).ok_or(BadKey::Auth)? };
        // Agreeing on something is the one way to have the point checked.
        let ours =
            EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).map_err(|_| BadKey::P256dh)?;
        agree_ephemeral(ours, &keys.point(), |_| ()).map_err(|_| BadKey::P256dh)?;
        Ok(keys)
    }

    fn point(&self) -> UnparsedPublicKey<&[u8]> {
        UnparsedPublicKey::new(&ECDH_P256, &self.p256dh)
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?.try_into().ok()
}

/// `text` as the body of a message, with a key and a salt of its own.
pub fn seal(text: &[u8], to: &BrowserKeys) -> Result<Vec<u8>, SealError> {
    let random = SystemRandom::new();
    let mut salt = [0; SALT];
    random.fill(&mut salt)?;
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let public = ours.compute_public_key()?;
    agree_ephemeral(ours, &to.point(), |secret| seal_with(text, to, secret, public.as_ref(), &salt))?
}

/// `secret`: what our key, of which `public` is the public half, and the browser's agree on.
fn seal_with(
    text: &[u8],
    to: &BrowserKeys,
    secret: &[u8],
    public: &[u8],
    salt: &[u8; SALT],
) -> Result<Vec<u8>, SealError> {
    if text.len() > TEXT_MAX || public.len() != POINT {
        return Err(SealError);
    }
    // RFC 8291, section 3.3 and 3.4.
    let agreed = Salt::new(HKDF_SHA256, &to.auth).extract(secret);
    let input: [u8; 32] = expand(&agreed, &[b"WebPush: info\0", &to.p256dh, public])?;
    let prk = Salt::new(HKDF_SHA256, salt).extract(&input);
    let key: [u8; 16] = expand(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; NONCE_LEN] = expand(&prk, &[b"Content-Encoding: nonce\0"])?;

    let mut record = text.to_vec();
    // The last record ends with 2, and padding after it (RFC 8188, section 2).
    record.push(2);
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?).seal_in_place_append_tag(
        // The key is used once.
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut record,
    )?;
    let mut body = Vec::with_capacity(HEADER + record.len());
    body.extend_from_slice(salt);
    body.extend_from_slice(&(BODY_MAX as u32).to_be_bytes());
    body.push(POINT as u8);
    body.extend_from_slice(public);
    body.append(&mut record);
    Ok(body)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], SealError> {
    let mut out = [0; N];
    from.expand(info, Length(N))?.fill(&mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes_gcm::aead::Aead;
    use aes_gcm::{Aes128Gcm, KeyInit};
    use hkdf::Hkdf;
    use p256::ecdh::diffie_hellman;
    use p256::elliptic_curve::sec1::ToSec1Point;
    use p256::{PublicKey, SecretKey};
    use sha2::Sha256;

    fn decoded(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn it_is_the_example_of_the_standard() {
        let ours = SecretKey::from_slice(&decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let public = ours.public_key().to_sec1_point(false);
        assert_eq!(
            public.as_bytes(),
            decoded(
                "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
            )
        );
        let theirs = PublicKey::from_sec1_bytes(&decoded(P256DH)).unwrap();
        let secret = diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
        let keys = BrowserKeys::read(P256DH, AUTH).unwrap();
        let salt: [u8; SALT] = decoded("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let text = b"When I grow up, I want to be a watermelon";
        let body =
            seal_with(text, &keys, secret.raw_secret_bytes().as_slice(), public.as_bytes(), &salt).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w\
             EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_browser_reads_it_up_to_the_longest() {
        let browser = SecretKey::from_slice(&[7; 32]).unwrap();
        let public = browser.public_key().to_sec1_point(false);
        let p256dh = URL_SAFE_NO_PAD.encode(public.as_bytes());
        let keys = BrowserKeys::read(&p256dh, AUTH).unwrap();
        assert_eq!(TEXT_MAX, 3_993, "RFC 8291, section 4");
        for length in [0, 1, 500, TEXT_MAX] {
            let text = vec![b'x'; length];
            let body = seal(&text, &keys).unwrap();
            assert!(body.len() <= BODY_MAX);
            assert_ne!(body, seal(&text, &keys).unwrap(), "each has its own key");
            let (salt, ours) = (&body[..16], PublicKey::from_sec1_bytes(&body[21..86]).unwrap());
            let secret = diffie_hellman(browser.to_nonzero_scalar(), ours.as_affine());
            let mut input = [0; 32];
            let info = [b"WebPush: info\0".as_slice(), public.as_bytes(), &body[21..86]].concat();
            Hkdf::<Sha256>::new(Some(&decoded(AUTH)), secret.raw_secret_bytes().as_slice())
                .expand(&info, &mut input)
                .unwrap();
            let (mut key, mut nonce) = ([0; 16], [0; 12]);
            let prk = Hkdf::<Sha256>::new(Some(salt), &input);
            prk.expand(b"Content-Encoding: aes128gcm\0", &mut key).unwrap();
            prk.expand(b"Content-Encoding: nonce\0", &mut nonce).unwrap();
            let mut read = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), &body[86..]).unwrap();
            assert_eq!(read.pop(), Some(2));
            assert_eq!(read, text);
        }
        assert_eq!(seal(&vec![b'x'; TEXT_MAX + 1], &keys), Err(SealError));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let off_the_curve = URL_SAFE_NO_PAD.encode([4; 65]);
        for (p256dh, auth, bad) in [
            (off_the_curve.as_str(), AUTH, BadKey::P256dh),
            (&P256DH[..80], AUTH, BadKey::P256dh),
            ("", AUTH, BadKey::P256dh),
            (P256DH, "BTBZMqHH6r4Tts7J_aSI", BadKey::Auth),
            (P256DH, "BTBZMqHH6r4Tts7J+aSIgg", BadKey::Auth),
        ] {
            assert_eq!(BrowserKeys::read(p256dh, auth).unwrap_err(), bad, "{p256dh} {auth}");
        }
        assert!(BrowserKeys::read(&format!("{P256DH}="), &format!("{AUTH}==")).is_ok(), "padded");
    }
}
