//! An evidence bundle, away from the installation: each thing that it claims, and whether it is so.

use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::canonical::sha256_hex;
use crate::domain::chain::{ChainProof, ChainRow, EVIDENCE_FORMAT, Evidence, link};
use crate::domain::outcome::OutcomeStatus;
use crate::server::chain::evidence::signed_text;
use crate::server::chain::keys::Checker;
use serde_json::Value;

/// One claim: what was found, or what is wrong.
pub type Finding = Result<String, String>;

/// Verifies a bundle's text. `key`: the installation's public key, where it is known from elsewhere.
pub fn verify_evidence(text: &str, key: Option<&Checker>) -> Vec<Finding> {
    let bundle: Value = match serde_json::from_str(text) {
        Ok(bundle) => bundle,
        Err(fault) => return vec![Err(format!("it cannot be read: {fault}"))],
    };
    let evidence: Evidence = match serde_json::from_value(bundle.clone()) {
        Ok(evidence) => evidence,
        Err(fault) => return vec![Err(format!("it is no evidence bundle: {fault}"))],
    };
    if evidence.format != EVIDENCE_FORMAT {
        return vec![Err(format!("its format is \"{}\", not {EVIDENCE_FORMAT}", evidence.format))];
    }
    let own = Checker::from_hex(&evidence.public_key.public_key);
    let Some(checker) = key.or(own.as_ref()) else {
        return vec![Err("the key in it is no Ed25519 public key".to_owned())];
    };
    let mut findings = vec![signature(checker, &bundle, &evidence), data(&evidence.approval)];
    findings.push(rows(&evidence));
    findings.extend(evidence.proofs.iter().map(|proof| checkpoint(checker, &evidence, proof)));
    findings.push(decision(&evidence));
    findings.push(votes(&evidence));
    findings.push(outcome(&evidence));
    findings
}

fn signature(checker: &Checker, bundle: &Value, evidence: &Evidence) -> Finding {
    match checker.signed_text(&signed_text(bundle), &evidence.signature) {
        true => Ok(format!("the whole file is signed with key {}", checker.public_key().key_id)),
        false => Err("the file is not as it was signed".to_owned()),
    }
}

fn data(approval: &Approval) -> Finding {
    match approval.action_data.hash() == approval.args_hash {
        true => Ok(format!("the data has the hash {}", approval.args_hash)),
        false => Err("the data does not have the hash that was decided on".to_owned()),
    }
}

/// Each row is as it was sealed, is about this approval, and stands in a proof.
fn rows(evidence: &Evidence) -> Finding {
    let approval = &evidence.approval;
    let mut unsealed = 0;
    for row in &evidence.rows {
        if row.approval_id != Some(approval.id) || row.workspace_id != approval.workspace_id {
            return Err(format!("row {} is not about this approval", row.id));
        }
        let Some(sealed) = row.sealed() else {
            unsealed += 1;
            continue;
        };
        if !sealed.intact {
            return Err(format!("row {} is not what was sealed", row.id));
        }
        let index = |proof: &ChainProof| usize::try_from(sealed.seq - proof.from.seq - 1).ok();
        let digest = row.digest();
        let stands = |proof: &&ChainProof| {
            index(proof).and_then(|index| proof.digests.get(index)).is_some_and(|found| *found == digest)
        };
        if !evidence.proofs.iter().any(|proof| stands(&proof)) {
            return Err(format!("number {} (row {}) is in no proof", sealed.seq, row.id));
        }
    }
    if evidence.rows.is_empty() {
        return match evidence.removed_to {
            Some(to) => Ok(format!("its audit rows were removed by the retention (up to number {to})")),
            None => Err("there is no audit row about it".to_owned()),
        };
    }
    let sealed = evidence.rows.len() - unsealed;
    Ok(match unsealed {
        0 => format!("all {sealed} audit rows are as they were sealed"),
        _ => format!("{sealed} audit rows are as they were sealed; {unsealed} were not sealed yet"),
    })
}

/// The digests lead from the row before to the checkpoint, which is signed.
fn checkpoint(checker: &Checker, evidence: &Evidence, proof: &ChainProof) -> Finding {
    let signed = &proof.checkpoint;
    if signed.workspace_id != evidence.approval.workspace_id || !checker.signed(signed) {
        return Err(format!("the checkpoint at number {} is not signed with the key", signed.seq));
    }
    let end = proof.digests.iter().fold(proof.from.hash.clone(), |hash, digest| link(&hash, digest));
    let length = proof.digests.len() as i64;
    if end != signed.hash || proof.from.seq + length != signed.seq {
        return Err(format!("the proof does not lead to the checkpoint at number {}", signed.seq));
    }
    Ok(format!("{length} links lead to the signed checkpoint at number {} of {}", signed.seq, signed.at))
}

/// The last row of these events.
fn last<'a>(evidence: &'a Evidence, events: &[&str]) -> Option<&'a ChainRow> {
    evidence.rows.iter().rev().find(|row| events.contains(&row.event.as_str()))
}

fn is_of(row: &ChainRow, approval: &Approval) -> bool {
    row.action_data.as_deref().is_some_and(|data| sha256_hex(data.as_bytes()) == approval.args_hash)
}

fn decision(evidence: &Evidence) -> Finding {
    let approval = &evidence.approval;
    let event = match approval.status {
        ApprovalStatus::Pending => return Ok("it is not decided".to_owned()),
        ApprovalStatus::Approved => "approval.approved",
        ApprovalStatus::Rejected => "approval.rejected",
        ApprovalStatus::Expired => "approval.expired",
        ApprovalStatus::Withdrawn => "approval.withdrawn",
        ApprovalStatus::AutoApproved => "action.auto_approved",
    };
    let Some(row) = last(evidence, &[event]) else {
        return match evidence.removed_to {
            Some(_) => Ok("the row of its decision was removed by the retention".to_owned()),
            None => Err(format!("it says {}, but no audit row says {event}", approval.status)),
        };
    };
    if !is_of(row, approval) {
        return Err(format!("{event} was about other data"));
    }
    match approval.reviewed_by {
        Some(user) if user.0 != row.actor_id => Err(format!("{} decided, and not {user}", row.actor_name)),
        _ => Ok(format!("{event} by {} on {}, on this data", row.actor_name, row.executed_at)),
    }
}

fn votes(evidence: &Evidence) -> Finding {
    let approval = &evidence.approval;
    for vote in &approval.votes {
        let voted = |row: &&ChainRow| {
            matches!(row.event.as_str(), "approval.voted" | "approval.approved")
                && row.actor_id == vote.user_id.0
        };
        if !evidence.rows.iter().any(|row| voted(&row)) && evidence.removed_to.is_none() {
            return Err(format!("no audit row says that {} voted", vote.name));
        }
    }
    Ok(match approval.votes.len() {
        0 => "no votes were needed besides the decision".to_owned(),
        count => format!("{count} votes are in the audit rows"),
    })
}

fn outcome(evidence: &Evidence) -> Finding {
    let approval = &evidence.approval;
    let event = match approval.outcome.status {
        OutcomeStatus::None | OutcomeStatus::Queued | OutcomeStatus::Running => {
            return Ok(format!("its outcome is {}", approval.outcome.status));
        }
        OutcomeStatus::Succeeded => "action.succeeded",
        OutcomeStatus::Failed => "action.failed",
        OutcomeStatus::Unknown => "action.unknown",
    };
    match last(evidence, &["action.succeeded", "action.failed", "action.unknown"]) {
        Some(row) if row.event == event && is_of(row, approval) => {
            Ok(format!("{event} on {}, with this data", row.executed_at))
        }
        None if evidence.removed_to.is_some() => {
            Ok("the row of its outcome was removed by the retention".to_owned())
        }
        _ => Err(format!("it says {}, but the audit rows do not say {event}", approval.outcome.status)),
    }
}
