//! The installation's Ed25519 key, which signs checkpoints.
//!
//! It is made once and kept in the database: all nodes of a PostgreSQL installation sign with the same key without
//! being given one, it comes back with a backup, and it outlives a container's disk, where a file in a data folder
//! would be another key on every node. Whoever can write to the database can therefore sign too. Against them help
//! the checkpoints that were taken out before: a chain written anew does not fit those, however well it is signed.

use crate::domain::canonical::sha256_hex;
use crate::domain::chain::{Checkpoint, CheckpointKind, Mark, PublicKey};
use crate::domain::ids::WorkspaceId;
use crate::server::storage::{Db, StorageError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rand::TryRngCore;
use rand::rngs::OsRng;
use std::sync::Arc;

/// `SubjectPublicKeyInfo` of an Ed25519 key (RFC 8410), before its 32 bytes.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The key's name among those that the installation keeps.
const NAME: &str = "audit";

/// The secret key at work. Clones are the same.
#[derive(Clone)]
pub struct Signer(Arc<SigningKey>);

impl Signer {
    /// The installation's, made if there is none yet.
    pub async fn of(db: &Db) -> Result<Self, StorageError> {
        if let Some(kept) = db.read().await?.installation_key(NAME).await? {
            return Self::read(&kept);
        }
        let mut secret = [0; 32];
        OsRng
            .try_fill_bytes(&mut secret)
            .map_err(|fault| StorageError::Settings(format!("no random key could be made: {fault}")))?;
        let mut tx = db.begin().await?;
        tx.installation_key_insert(NAME, &hex::encode(secret)).await?;
        tx.commit().await?;
        // Another node's may have been first.
        let kept = db.read().await?.installation_key(NAME).await?;
        Self::read(&kept.unwrap_or_default())
    }

    fn read(kept: &str) -> Result<Self, StorageError> {
        let mut secret = [0; 32];
        hex::decode_to_slice(kept, &mut secret)
            .map_err(|_| StorageError::Settings("installation_keys holds an unreadable key".to_owned()))?;
        Ok(Self(Arc::new(SigningKey::from_bytes(&secret))))
    }

    pub fn sign(
        &self,
        kind: CheckpointKind,
        workspace: WorkspaceId,
        mark: &Mark,
        at: DateTime<Utc>,
    ) -> Checkpoint {
        let text = Checkpoint::statement(kind, workspace, mark, at);
        Checkpoint {
            kind,
            workspace_id: workspace,
            seq: mark.seq,
            hash: mark.hash.clone(),
            at,
            key_id: key_id(&self.0.verifying_key()),
            signature: self.sign_text(&text),
        }
    }

    /// Signs a text; the signature as hex.
    pub fn sign_text(&self, text: &str) -> String {
        hex::encode(self.0.sign(text.as_bytes()).to_bytes())
    }

    pub fn checker(&self) -> Checker {
        Checker(self.0.verifying_key())
    }
}

/// Tells whether checkpoints were signed with one key.
#[derive(Clone, Debug)]
pub struct Checker(VerifyingKey);

impl Checker {
    /// From 64 hex digits; `None` where they are no key.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).ok()?;
        VerifyingKey::from_bytes(&bytes).ok().map(Self)
    }

    /// Whether the key signed exactly this.
    pub fn signed(&self, checkpoint: &Checkpoint) -> bool {
        self.signed_text(&checkpoint.signed_text(), &checkpoint.signature)
    }

    /// Whether the key signed exactly this text.
    pub fn signed_text(&self, text: &str, signature: &str) -> bool {
        let mut bytes = [0; 64];
        hex::decode_to_slice(signature, &mut bytes).is_ok()
            && self.0.verify_strict(text.as_bytes(), &Signature::from_bytes(&bytes)).is_ok()
    }

    pub fn public_key(&self) -> PublicKey {
        let der = [&SPKI[..], self.0.as_bytes()].concat();
        PublicKey {
            key_id: key_id(&self.0),
            algorithm: "Ed25519".to_owned(),
            public_key: hex::encode(self.0.as_bytes()),
            pem: format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der)),
        }
    }
}

fn key_id(key: &VerifyingKey) -> String {
    let mut id = sha256_hex(key.as_bytes());
    id.truncate(16);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_signature_fits_its_statement_and_no_other() {
        let signer = Signer(Arc::new(SigningKey::from_bytes(&[7; 32])));
        let checker = Checker::from_hex(&signer.checker().public_key().public_key).unwrap();
        let mark = Mark { seq: 3, hash: "ab".repeat(32) };
        let (workspace, at) = (WorkspaceId(Uuid::from_u128(1)), DateTime::UNIX_EPOCH);
        let good = signer.sign(CheckpointKind::Head, workspace, &mark, at);
        assert!(checker.signed(&good));
        let same: Checkpoint = serde_json::from_str(&serde_json::to_string(&good).unwrap()).unwrap();
        assert!(checker.signed(&same));
        for bad in [
            Checkpoint { kind: CheckpointKind::Anchor, ..good.clone() },
            Checkpoint { seq: 4, ..good.clone() },
            Checkpoint { hash: "ac".repeat(32), ..good.clone() },
            Checkpoint { workspace_id: WorkspaceId(Uuid::from_u128(2)), ..good.clone() },
            Checkpoint { at: at + chrono::TimeDelta::microseconds(1), ..good.clone() },
            Checkpoint { signature: "00".repeat(64), ..good.clone() },
            Checkpoint { signature: String::new(), ..good.clone() },
        ] {
            assert!(!checker.signed(&bad), "{bad:?}");
        }
        let other = Signer(Arc::new(SigningKey::from_bytes(&[8; 32]))).checker();
        assert!(!other.signed(&good));
    }

    /// RFC 8410, section 10.3: the public key of the example and its PEM form.
    #[test]
    fn the_public_key_is_read_by_others() {
        let raw = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
        let key = Checker::from_hex(raw).unwrap().public_key();
        assert!(
            key.pem.contains("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="),
            "{}",
            key.pem
        );
    }
}
