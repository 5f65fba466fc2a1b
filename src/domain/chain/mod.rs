//! The chain over the audit trail: what a row's seal is computed from, and what a signed checkpoint says.
//! `docs/audit-chain.md` describes both, so that anybody can verify them without this program.

mod evidence;
mod state;
mod walk;

pub use evidence::{ChainProof, EVIDENCE_FORMAT, Evidence, Opened};
pub use state::{ChainCheck, ChainFrom, ChainState};
pub use walk::{ChainFault, ChainWalk, FaultKind, Mark, Sealed, Walked};

use super::canonical::sha256_hex;
use super::ids::{ApprovalId, WorkspaceId};
use crate::wire_enum;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

/// The version of the form that seals are computed from.
pub const FORM: i64 = 1;
/// What the first row of a chain follows.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A row of the audit trail with every column as it is kept: the line of an NDJSON export. Its seal covers all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChainRow {
    /// The version of this form: 1.
    pub v: i64,
    pub id: Uuid,
    pub workspace_id: WorkspaceId,
    /// Place in the workspace's chain, from 1 without gaps; `null` until sealed.
    pub seq: Option<i64>,
    pub team_id: Option<Uuid>,
    pub agent_id: Option<Uuid>,
    pub actor_kind: String,
    pub actor_id: Uuid,
    pub actor_name: String,
    pub event: String,
    pub action_type: Option<String>,
    /// The exact text of the data, as signed. Its SHA-256 is the `argsHash` of a decision.
    pub action_data: Option<String>,
    pub description: String,
    pub approval_id: Option<ApprovalId>,
    pub risk_level: Option<String>,
    pub was_automatic: bool,
    pub success: Option<bool>,
    pub error: Option<String>,
    /// The exact text of the result.
    pub result: Option<String>,
    pub duration_ms: Option<i64>,
    /// RFC 3339 in UTC with six digits of a second.
    #[serde(serialize_with = "micros")]
    pub executed_at: DateTime<Utc>,
    pub prev_hash: Option<String>,
    pub hash: Option<String>,
}

/// A time as the canonical forms write it.
pub fn micros<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// The fields of [`ChainRow`] that a digest covers: all but the two hashes, which link it to its place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Digested<'a> {
    v: i64,
    id: Uuid,
    workspace_id: WorkspaceId,
    seq: Option<i64>,
    team_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    actor_kind: &'a str,
    actor_id: Uuid,
    actor_name: &'a str,
    event: &'a str,
    action_type: Option<&'a str>,
    action_data: Option<&'a str>,
    description: &'a str,
    approval_id: Option<ApprovalId>,
    risk_level: Option<&'a str>,
    was_automatic: bool,
    success: Option<bool>,
    error: Option<&'a str>,
    result: Option<&'a str>,
    duration_ms: Option<i64>,
    #[serde(serialize_with = "micros")]
    executed_at: DateTime<Utc>,
}

impl ChainRow {
    /// SHA-256, as lower-case hex, over the RFC 8785 text of the row without `prevHash` and `hash`.
    pub fn digest(&self) -> String {
        digest_of(&Digested {
            v: self.v,
            id: self.id,
            workspace_id: self.workspace_id,
            seq: self.seq,
            team_id: self.team_id,
            agent_id: self.agent_id,
            actor_kind: &self.actor_kind,
            actor_id: self.actor_id,
            actor_name: &self.actor_name,
            event: &self.event,
            action_type: self.action_type.as_deref(),
            action_data: self.action_data.as_deref(),
            description: &self.description,
            approval_id: self.approval_id,
            risk_level: self.risk_level.as_deref(),
            was_automatic: self.was_automatic,
            success: self.success,
            error: self.error.as_deref(),
            result: self.result.as_deref(),
            duration_ms: self.duration_ms,
            executed_at: self.executed_at,
        })
    }

    /// Gives the row its place: the next one after `head`. Returns the new head.
    pub fn seal(&mut self, head: &Mark) -> Mark {
        let seq = head.seq + 1;
        self.seq = Some(seq);
        let hash = link(&head.hash, &self.digest());
        self.prev_hash = Some(head.hash.clone());
        self.hash = Some(hash.clone());
        Mark { seq, hash }
    }
}

/// The hash of a row: SHA-256 over the RFC 8785 text of `{"digest":…,"prevHash":…}`. A proof that two rows are of one
/// chain needs no more than the digests between them.
pub fn link(prev_hash: &str, digest: &str) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Link<'a> {
        digest: &'a str,
        prev_hash: &'a str,
    }
    digest_of(&Link { digest, prev_hash })
}

/// SHA-256 over the RFC 8785 text of plain data.
fn digest_of(value: &impl Serialize) -> String {
    // Strings, integers and booleans under fixed keys: writing them cannot fail.
    sha256_hex(canonical_text(value).as_bytes())
}

fn canonical_text(value: &impl Serialize) -> String {
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}

wire_enum! {
    pub enum CheckpointKind {
        /// The chain ended with this row at that time.
        Head = "head",
        /// The rows up to this one were removed at that time, as the workspace's retention asks.
        Anchor = "anchor",
    }
}

/// A signed statement about a chain. Kept outside, it finds a chain that was cut or written anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    pub kind: CheckpointKind,
    pub workspace_id: WorkspaceId,
    pub seq: i64,
    /// The hash of the row with this number.
    pub hash: String,
    #[serde(serialize_with = "micros")]
    pub at: DateTime<Utc>,
    /// The first 16 digits of the SHA-256 of the public key.
    pub key_id: String,
    /// Ed25519, as 128 hex digits.
    pub signature: String,
}

impl Checkpoint {
    /// The text that is signed: RFC 8785 of all fields but `keyId` and `signature`, and of the type of the statement.
    pub fn statement(kind: CheckpointKind, workspace: WorkspaceId, mark: &Mark, at: DateTime<Utc>) -> String {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Statement<'a> {
            r#type: &'static str,
            kind: CheckpointKind,
            workspace_id: WorkspaceId,
            seq: i64,
            hash: &'a str,
            #[serde(serialize_with = "micros")]
            at: DateTime<Utc>,
        }
        canonical_text(&Statement {
            r#type: "countersign.audit-checkpoint.v1",
            kind,
            workspace_id: workspace,
            seq: mark.seq,
            hash: &mark.hash,
            at,
        })
    }

    pub fn mark(&self) -> Mark {
        Mark { seq: self.seq, hash: self.hash.clone() }
    }

    /// The text that its signature must fit.
    pub fn signed_text(&self) -> String {
        Self::statement(self.kind, self.workspace_id, &self.mark(), self.at)
    }
}

/// The public half of the key that signs checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    pub key_id: String,
    /// `Ed25519`.
    pub algorithm: String,
    /// 64 hex digits.
    pub public_key: String,
    /// The same as `SubjectPublicKeyInfo`, for other tools.
    pub pem: String,
}

#[cfg(test)]
mod tests;
