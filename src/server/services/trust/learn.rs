//! What people's decisions, undone approvals and failed outcomes do to trust, in their own transaction.

use super::{end, expire, in_the_way, record};
use crate::domain::AppResult;
use crate::domain::approval::Approval;
use crate::domain::ids::TeamId;
use crate::domain::risk::RiskLevel;
use crate::domain::trust::{Evidence, Past, Setback, TrustGrant, TrustStatus, WINDOW, evidence};
use crate::server::services::ctx::system_actor;
use crate::server::storage::trust::TrustKey;
use crate::server::storage::{AuditEntry, Tx};

/// A person decided. `approval` is as it is then.
pub async fn decided(tx: &mut Tx, approval: &Approval, approved: bool, edited: bool) -> AppResult<()> {
    let Some(team) = approval.team_id else { return Ok(()) };
    match (approved, edited) {
        (false, _) => against(tx, approval, Setback::Rejection).await,
        (true, true) => against(tx, approval, Setback::Edit).await,
        (true, false) => suggest(tx, approval, team).await,
    }
}

/// The approval was taken back.
pub async fn undone(tx: &mut Tx, approval: &Approval) -> AppResult<()> {
    against(tx, approval, Setback::Undo).await
}

/// The action failed, whoever or whatever let it run.
pub async fn failed(tx: &mut Tx, approval: &Approval) -> AppResult<()> {
    against(tx, approval, Setback::Failure).await
}

/// Ends what is live of this team and type, and from here on evidence is counted anew.
async fn against(tx: &mut Tx, approval: &Approval, setback: Setback) -> AppResult<()> {
    let Some(team) = approval.team_id else { return Ok(()) };
    let key = key_of(approval, team);
    tx.trust_lock(key).await?;
    tx.trust_setback(key, approval.id, setback).await?;
    for grant in tx.trust_live(key).await? {
        end(tx, approval.workspace_id, system_actor(), &grant, setback.into(), None).await?;
    }
    Ok(())
}

/// Suggests a grant, or rests the open suggestion on this approval too, where the decisions speak for one.
async fn suggest(tx: &mut Tx, approval: &Approval, team: TeamId) -> AppResult<()> {
    // A low approval adds nothing, a critical one is no evidence.
    if !matches!(approval.risk_level, RiskLevel::Medium | RiskLevel::High) {
        return Ok(());
    }
    let (key, now) = (key_of(approval, team), tx.now());
    let mut history = tx.trust_history(key, now - WINDOW).await?;
    // This decision is written with the commit.
    history.insert(
        0,
        Past {
            approval: approval.id,
            risk: approval.risk_level,
            approved: true,
            edited: false,
            undone: false,
            at: now,
        },
    );
    if evidence(&history, None, now).is_none() {
        return Ok(());
    }
    tx.trust_lock(key).await?;
    let since = tx.trust_since(key).await?;
    let Some(found) = evidence(&history, since, now) else { return Ok(()) };
    let facts = tx.gate_facts(approval.workspace_id, None, Some(team), &approval.action_type).await?;
    if facts.is_none_or(|facts| in_the_way(&facts, &approval.action_type).is_some()) {
        return Ok(());
    }
    let live = tx.trust_live(key).await?;
    if live.iter().any(|grant| grant.status == TrustStatus::Accepted && grant.risk_level >= found.risk) {
        return Ok(());
    }
    match live.into_iter().find(|grant| grant.status == TrustStatus::Suggested) {
        Some(open) => renew(tx, key, open, &found).await,
        None => first(tx, key, &found).await,
    }
}

async fn first(tx: &mut Tx, key: TrustKey<'_>, found: &Evidence) -> AppResult<()> {
    let Some(id) = tx.trust_suggest(key, found).await? else { return Ok(()) };
    tx.enqueue(expire::job(key.workspace, id, found.good_until));
    if let Some(grant) = tx.trust_get(key.workspace, id).await? {
        say(tx, key, &grant);
    }
    Ok(())
}

/// More of the same is no news; another risk is.
async fn renew(tx: &mut Tx, key: TrustKey<'_>, open: TrustGrant, found: &Evidence) -> AppResult<()> {
    tx.trust_renew(key.workspace, open.id, found).await?;
    if open.risk_level != found.risk {
        let approvals_in_row = found.approvals.len() as i64;
        say(tx, key, &TrustGrant { risk_level: found.risk, approvals_in_row, ..open });
    }
    Ok(())
}

fn say(tx: &mut Tx, key: TrustKey<'_>, grant: &TrustGrant) {
    let text = format!(
        "Suggests to let {} run by itself on {}, up to {} risk: {} approvals in a row",
        grant.action_type, grant.team_name, grant.risk_level, grant.approvals_in_row
    );
    record(tx, grant, AuditEntry::new(key.workspace, system_actor(), "trust.suggested", text));
}

fn key_of(approval: &Approval, team: TeamId) -> TrustKey<'_> {
    TrustKey { workspace: approval.workspace_id, team, action_type: &approval.action_type }
}
