//! The evidence bundle of one approval: who saw what, who decided, what ran, and the proof that its audit rows are of
//! the workspace's chain.

use super::{ChainRow, Checkpoint, Mark, PublicKey, micros};
use crate::domain::approval::Approval;
use crate::domain::comment::Comment;
use crate::domain::ids::UserId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What [`Evidence::format`] says.
pub const EVIDENCE_FORMAT: &str = "countersign.evidence.v1";

/// One file that proves an approval, away from the installation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// `countersign.evidence.v1`
    pub format: String,
    #[serde(serialize_with = "micros")]
    pub made_at: DateTime<Utc>,
    /// As it stood then: the data, its hash, the decision, the votes, the outcome.
    pub approval: Approval,
    /// Who opened it, with which data. No audit row says so: the bundle's own signature does.
    pub opens: Vec<Opened>,
    pub comments: Vec<Comment>,
    /// Every audit row about it, as sealed, oldest first.
    pub rows: Vec<ChainRow>,
    /// That these rows are of the chain which the checkpoints name.
    pub proofs: Vec<ChainProof>,
    /// The rows up to this number were removed from the workspace's trail, as its retention asks.
    pub removed_to: Option<i64>,
    /// Whose signatures these are. Compare it with the key that the installation publishes, or published before.
    pub public_key: PublicKey,
    /// Ed25519 over the RFC 8785 text of everything else in this file.
    pub signature: String,
}

/// A member who opened an approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    pub user_id: UserId,
    pub name: String,
    /// The hash of the data that they saw.
    pub args_hash: String,
    pub first_opened_at: DateTime<Utc>,
    pub last_opened_at: DateTime<Utc>,
}

/// That rows behind `from` lead to a signed checkpoint. Of other rows it holds no more than their digests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainProof {
    /// The row before the first one.
    pub from: Mark,
    /// The digests of the rows behind it, up to the checkpoint's.
    pub digests: Vec<String>,
    pub checkpoint: Checkpoint,
}
