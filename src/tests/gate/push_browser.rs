//! A browser of our own: its keys, and reading and checking what is pushed to it as the standards say, without the code
//! that wrote it.

use crate::receiver::{Received, Receiver};
use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::ecdh::diffie_hellman;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use serde_json::{Value, json};
use sha2::Sha256;

pub struct Browser {
    /// Where its push service has it.
    pub endpoint: String,
    secret: SecretKey,
    auth: [u8; 16],
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

impl Browser {
    /// The `n`th browser at a push service.
    pub fn at(service: &Receiver, n: u8) -> Self {
        Self {
            endpoint: format!("http://{}/push/{n}", service.address),
            secret: SecretKey::from_slice(&[n + 1; 32]).unwrap(),
            auth: [n; 16],
        }
    }

    fn public(&self) -> Vec<u8> {
        self.secret.public_key().to_sec1_point(false).as_bytes().to_vec()
    }

    /// What it asks us to send to.
    pub fn subscription(&self) -> Value {
        json!({
            "endpoint": self.endpoint,
            "p256dh": URL_SAFE_NO_PAD.encode(self.public()),
            "auth": URL_SAFE_NO_PAD.encode(self.auth),
            "browser": format!("Browser {}", self.endpoint.rsplit('/').next().unwrap()),
        })
    }

    /// Decrypts a message (RFC 8291, RFC 8188).
    pub fn read(&self, message: &Received) -> Value {
        assert_eq!(message.headers["content-encoding"], "aes128gcm");
        let body = &message.body;
        assert_eq!((&body[16..20], body[20]), (&4096_u32.to_be_bytes()[..], 65));
        let ours = PublicKey::from_sec1_bytes(&body[21..86]).unwrap();
        let agreed = diffie_hellman(self.secret.to_nonzero_scalar(), ours.as_affine());
        let info = [b"WebPush: info\0".as_slice(), &self.public(), &body[21..86]].concat();
        let mut input = [0; 32];
        let kdf = Hkdf::<Sha256>::new(Some(&self.auth), agreed.raw_secret_bytes().as_slice());
        kdf.expand(&info, &mut input).unwrap();
        let kdf = Hkdf::<Sha256>::new(Some(&body[..16]), &input);
        let (mut key, mut nonce) = ([0; 16], [0; 12]);
        kdf.expand(b"Content-Encoding: aes128gcm\0", &mut key).unwrap();
        kdf.expand(b"Content-Encoding: nonce\0", &mut nonce).unwrap();
        let mut text = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), &body[86..]).unwrap();
        assert_eq!(text.pop(), Some(2), "the mark of the last record");
        serde_json::from_slice(&text).unwrap()
    }
}

/// Checks who sent a message (RFC 8292), and returns what they claim.
pub fn claims(message: &Received, public_key: &str) -> Value {
    let value = message.headers["authorization"].to_str().unwrap();
    let (token, key) = value.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(key, public_key);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let verifier = VerifyingKey::from_sec1_bytes(&decoded(key)).unwrap();
    verifier.verify(signed.as_bytes(), &Signature::from_slice(&decoded(signature)).unwrap()).unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let head: Value = serde_json::from_slice(&decoded(head)).unwrap();
    assert_eq!(head, json!({"typ": "JWT", "alg": "ES256"}));
    serde_json::from_slice(&decoded(claims)).unwrap()
}
