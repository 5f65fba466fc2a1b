//! Learned trust: reading what is suggested and granted, accepting, declining, revoking. What people's decisions do to
//! it is in `learn.rs`, what time does in `expire.rs`.
//!
//! Accepting lets actions run that nobody decides on, so it is bound like a decision: a person who administers the
//! workspace, and who owns no agent of the team and none whose approvals are the evidence. Declining and revoking only
//! take away, so ownership does not matter there.

mod expire;
mod learn;

pub use expire::{EXPIRE, Expire};
pub use learn::{decided, failed, undone};

use super::change::{entry, lost, same_version, won};
use super::ctx::{Administer, Allowed, Holder, ReadTeams, WriteTeams};
use super::gate::required_approvals;
use crate::domain::approval::ActorRef;
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::error::ConflictDetail;
use crate::domain::event::Topic;
use crate::domain::ids::{TeamId, TrustGrantId, UserId, WorkspaceId};
use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::params::{given, parsed};
use crate::domain::team::TeamStatus;
use crate::domain::trust::{
    DeclineTrust, Evidence, RevokeTrust, SIMULATED_DAYS, TrustDetail, TrustEnd, TrustFilter, TrustGrant,
    TrustMove, TrustStatus, WINDOW, evidence,
};
use crate::domain::{AppError, AppResult};
use crate::server::storage::gate::GateFacts;
use crate::server::storage::trust::{Ended, ShownTrust, TrustKey};
use crate::server::storage::{AuditEntry, Conn, Db, Tx, cursor};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use validator::Validate;

/// Actions that ran by one grant are counted to at most this.
const MOST_COUNTED: i64 = 1_000;

/// Newest first; without a status filter, what is suggested and what is granted.
pub async fn list(by: &Allowed<ReadTeams>, db: &Db, filter: &TrustFilter) -> AppResult<Page<TrustGrant>> {
    let mut errors = Vec::new();
    let team: Option<TeamId> = parsed("teamId", filter.team_id.as_deref(), &mut errors);
    let shown = match given(filter.status.as_deref()) {
        None => ShownTrust::Live,
        Some("all") => ShownTrust::All,
        status => parsed("status", status, &mut errors).map_or(ShownTrust::Live, ShownTrust::Only),
    };
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    let limit = cursor::limit(filter.limit.as_deref())?;
    let before = cursor::before_id(filter.cursor.as_deref())?;
    let rows = db.read().await?.trust_list(by.workspace(), team, shown, before, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.id)]))
}

/// One, with its evidence and, while it is live, its simulation.
pub async fn get(by: &Allowed<ReadTeams>, db: &Db, id: TrustGrantId) -> AppResult<TrustDetail> {
    let now = db.now().await?;
    let mut conn = db.read().await?;
    let grant = find(&mut conn, by.workspace(), id).await?;
    let key = key_of(by.workspace(), &grant);
    let evidence = conn.trust_evidence(by.workspace(), id).await?;
    let since = now - TimeDelta::days(SIMULATED_DAYS);
    let simulation = match grant.status.is_live() {
        true => Some(conn.trust_simulate(key, grant.risk_level, since).await?),
        false => None,
    };
    let ran = conn.trust_ran(by.workspace(), id, MOST_COUNTED).await?;
    let why_not = why_not(&mut conn, by, &grant, now).await?;
    Ok(TrustDetail { may_accept: why_not.is_none(), why_not, grant, evidence, simulation, ran })
}

/// Why the asking one cannot accept it now.
async fn why_not(
    conn: &mut Conn,
    by: &Allowed<ReadTeams>,
    grant: &TrustGrant,
    now: DateTime<Utc>,
) -> AppResult<Option<String>> {
    if grant.status != TrustStatus::Suggested || grant.expires_at <= now {
        return Ok(Some("This is no open suggestion.".to_owned()));
    }
    let Holder::Human { user_id, .. } = by.principal().holder else {
        return Ok(Some("Agents never decide.".to_owned()));
    };
    if !by.principal().may(Permission::Administer) {
        return Ok(Some("Owners and admins accept it.".to_owned()));
    }
    let refused = match may_accept(conn, by.workspace(), grant, user_id).await {
        Ok(()) => useful(conn, by.workspace(), grant).await.err(),
        Err(refused) => Some(refused),
    };
    match refused {
        None => Ok(None),
        Some(AppError::Forbidden { detail } | AppError::Refused { detail }) => Ok(Some(detail)),
        Some(fault) => Err(fault),
    }
}

/// Lets actions of this type run by themselves on this team, up to the risk that was suggested, for 30 days.
/// `if_match`: the version that the caller saw.
pub async fn accept(
    by: &Allowed<Administer>,
    db: &Db,
    id: TrustGrantId,
    if_match: Option<i64>,
) -> AppResult<TrustGrant> {
    let Holder::Human { user_id, .. } = by.principal().holder else {
        return Err(AppError::AgentsNeverDecide);
    };
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let grant = locked(&mut tx, workspace, id).await?;
    let now = tx.now();
    open(&grant, now)?;
    same_version(if_match, grant.version)?;
    may_accept(&mut tx, workspace, &grant, user_id).await?;
    useful(&mut tx, workspace, &grant).await?;
    let Some(found) = still_holds(&mut tx, workspace, &grant, now).await? else {
        return Err(AppError::refused("The decisions since then no longer speak for this grant."));
    };
    // A higher grant takes the place of a lower one.
    let key = key_of(workspace, &grant);
    let live = tx.trust_live(key).await?;
    for old in live.iter().filter(|live| live.status == TrustStatus::Accepted) {
        end(&mut tx, workspace, by.actor(), old, TrustEnd::Replaced, None).await?;
    }
    let until = tx.trust_accept(workspace, &grant, user_id, &found).await?.ok_or_else(lost)?;
    let text = format!(
        "Lets {} run by itself on {}, up to {} risk, until {}",
        grant.action_type,
        grant.team_name,
        grant.risk_level,
        until.format("%-d %B %Y")
    );
    record(&mut tx, &grant, entry(by, "trust.accepted", text));
    tx.enqueue(expire::job(workspace, id, until));
    done(tx, workspace, id).await
}

/// Says no to a suggestion. It comes back only once there is new evidence.
pub async fn decline(
    by: &Allowed<Administer>,
    db: &Db,
    id: TrustGrantId,
    input: DeclineTrust,
    if_match: Option<i64>,
) -> AppResult<TrustGrant> {
    input.validate()?;
    let Holder::Human { user_id, .. } = by.principal().holder else {
        return Err(AppError::AgentsNeverDecide);
    };
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let grant = locked(&mut tx, workspace, id).await?;
    open(&grant, tx.now())?;
    same_version(if_match, grant.version)?;
    let reason = given(input.reason.as_deref());
    won(tx.trust_decline(workspace, &grant, user_id, reason).await?)?;
    let text = format!("Declined to let {} run by itself on {}", grant.action_type, grant.team_name);
    let mut entry = entry(by, "trust.declined", text);
    entry.error = reason.map(str::to_owned);
    record(&mut tx, &grant, entry);
    done(tx, workspace, id).await
}

/// Ends a grant: from now on people decide again.
pub async fn revoke(
    by: &Allowed<WriteTeams>,
    db: &Db,
    id: TrustGrantId,
    input: RevokeTrust,
    if_match: Option<i64>,
) -> AppResult<TrustGrant> {
    input.validate()?;
    let user = by.principal().user_id();
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let grant = locked(&mut tx, workspace, id).await?;
    if grant.status != TrustStatus::Accepted || grant.expires_at <= tx.now() {
        return Err(over(&grant, "This is no grant that stands."));
    }
    same_version(if_match, grant.version)?;
    let by_person = user.map(|user| (user, given(input.reason.as_deref())));
    won(end(&mut tx, workspace, by.actor(), &grant, TrustEnd::Person, by_person).await?)?;
    done(tx, workspace, id).await
}

/// Ends what is live, where `why` ends it, with its audit row and event. `by_person`: who revokes it, and why.
/// `false`: it is not live any more, or goes on.
async fn end(
    tx: &mut Tx,
    workspace: WorkspaceId,
    actor: ActorRef,
    grant: &TrustGrant,
    why: TrustEnd,
    by_person: Option<(UserId, Option<&str>)>,
) -> AppResult<bool> {
    let Some(status) = grant.status.after(TrustMove::End(why)) else { return Ok(false) };
    let note = by_person.and_then(|(_, note)| note);
    let ended = Ended { status, reason: why, by: by_person.map(|(user, _)| user), note };
    if !tx.trust_end(workspace, grant, &ended).await? {
        return Ok(false);
    }
    let (kind, team) = (&grant.action_type, &grant.team_name);
    let because = match why {
        TrustEnd::Rejection => "one was rejected",
        TrustEnd::Edit => "one was changed before it was approved",
        TrustEnd::Undo => "an approval was taken back",
        TrustEnd::Failure => "one failed",
        TrustEnd::Person => "somebody said so",
        TrustEnd::Replaced => "a higher grant takes its place",
        TrustEnd::Time if grant.status == TrustStatus::Suggested => "the approvals are too long ago",
        TrustEnd::Time => "its time is over",
    };
    let (event, text) = match status {
        TrustStatus::Withdrawn => (
            "trust.withdrawn",
            format!("No longer suggests to let {kind} run by itself on {team}: {because}"),
        ),
        TrustStatus::Lapsed => {
            ("trust.lapsed", format!("{kind} no longer runs by itself on {team}: {because}"))
        }
        _ => ("trust.revoked", format!("{kind} no longer runs by itself on {team}: {because}")),
    };
    let mut entry = AuditEntry::new(workspace, actor, event, text);
    entry.error = note.map(str::to_owned);
    record(tx, grant, entry);
    Ok(true)
}

/// Audit row and event of one change.
fn record(tx: &mut Tx, grant: &TrustGrant, mut entry: AuditEntry) {
    let workspace = entry.workspace_id;
    entry.team_id = Some(grant.team_id);
    entry.action_type = Some(grant.action_type.clone());
    entry.risk_level = Some(grant.risk_level);
    entry.result = Some(json!({ "trustGrantId": grant.id, "approvalsInRow": grant.approvals_in_row }));
    tx.audit(entry);
    tx.emit(workspace, Topic::Trust, grant.id.0);
}

async fn done(mut tx: Tx, workspace: WorkspaceId, id: TrustGrantId) -> AppResult<TrustGrant> {
    let grant = find(&mut tx, workspace, id).await?;
    tx.commit().await?;
    Ok(grant)
}

async fn find(conn: &mut Conn, workspace: WorkspaceId, id: TrustGrantId) -> AppResult<TrustGrant> {
    conn.trust_get(workspace, id).await?.ok_or_else(|| AppError::not_found("grant"))
}

/// As it is once nobody else changes it.
async fn locked(tx: &mut Tx, workspace: WorkspaceId, id: TrustGrantId) -> AppResult<TrustGrant> {
    let grant = find(tx, workspace, id).await?;
    tx.trust_lock(key_of(workspace, &grant)).await?;
    find(tx, workspace, id).await
}

fn key_of(workspace: WorkspaceId, grant: &TrustGrant) -> TrustKey<'_> {
    TrustKey { workspace, team: grant.team_id, action_type: &grant.action_type }
}

/// Refuses what is no open suggestion any more, and says what became of it.
fn open(grant: &TrustGrant, now: DateTime<Utc>) -> AppResult<()> {
    match grant.status {
        TrustStatus::Suggested if grant.expires_at > now => Ok(()),
        _ => Err(over(grant, "This is no open suggestion any more.")),
    }
}

fn over(grant: &TrustGrant, detail: &str) -> AppError {
    AppError::Conflict {
        detail: detail.to_owned(),
        conflict: ConflictDetail {
            status: grant.status.as_str().to_owned(),
            by: grant.ended_by_name.clone().or_else(|| grant.decided_by_name.clone()),
            at: grant.ended_at.or(grant.decided_at),
        },
    }
}

/// Promise 6: who owns an agent of the team, or one whose approvals are the evidence, cannot let it act by itself.
async fn may_accept(
    conn: &mut Conn,
    workspace: WorkspaceId,
    grant: &TrustGrant,
    user: UserId,
) -> AppResult<()> {
    match conn.trust_own_agent(key_of(workspace, grant), grant.id, user).await? {
        None => Ok(()),
        Some(agent) => Err(AppError::forbidden(format!(
            "You own the agent {agent}, which this is about; somebody else accepts it."
        ))),
    }
}

/// Refuses a grant that the gate would never look at.
async fn useful(conn: &mut Conn, workspace: WorkspaceId, grant: &TrustGrant) -> AppResult<()> {
    let facts = conn.gate_facts(workspace, None, Some(grant.team_id), &grant.action_type).await?;
    let facts = facts.ok_or_else(|| AppError::not_found("team"))?;
    match in_the_way(&facts, &grant.action_type) {
        None => Ok(()),
        Some(why) => Err(AppError::refused(why)),
    }
}

/// Why a grant for this type on the facts' team would let nothing run.
fn in_the_way(facts: &GateFacts, action_type: &str) -> Option<&'static str> {
    match facts.team.as_ref() {
        None => Some("There is no such team."),
        Some(team) if team.status != TeamStatus::Active => Some("The team is not active."),
        Some(team) if team.autonomy != AutonomyLevel::SemiAutonomous => {
            Some("Only semi-autonomous teams learn trust, and this one is none now.")
        }
        Some(team) if team.approval_required.iter().any(|listed| listed == action_type) => {
            Some("This team always asks before this type of action.")
        }
        Some(_) if required_approvals(facts) > 1 => Some("Such an action needs several approvals."),
        Some(_) => None,
    }
}

/// The evidence as it is now, where it still speaks for this much.
async fn still_holds(
    tx: &mut Tx,
    workspace: WorkspaceId,
    grant: &TrustGrant,
    now: DateTime<Utc>,
) -> AppResult<Option<Evidence>> {
    let key = key_of(workspace, grant);
    let history = tx.trust_history(key, now - WINDOW).await?;
    let since = tx.trust_since(key).await?;
    Ok(evidence(&history, since, now).filter(|found| found.risk >= grant.risk_level))
}
