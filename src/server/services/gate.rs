//! The gate: from what is asked to a verdict with reasons. Whatever it does not know means "needs approval".

use crate::domain::agent::AgentStatus;
use crate::domain::autonomy::{Answer, GateInput, Verdict, gate};
use crate::domain::canonical::Data;
use crate::domain::catalogue::{self, Executor, RiskPolicy};
use crate::domain::ids::{AgentId, TrustGrantId, WebhookId};
use crate::domain::risk::Risk;
use crate::domain::team::TeamStatus;
use crate::domain::trust::Asks;
use crate::domain::{AppError, AppResult};
use crate::server::actions::schema;
use crate::server::storage::gate::GateFacts;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The gate's answer about one action.
#[derive(Clone, Debug)]
pub struct Judged {
    pub verdict: Verdict,
    pub risk: Risk,
    /// Why this verdict.
    pub reasons: Vec<String>,
    pub executor: Executor,
    pub webhook_id: Option<WebhookId>,
    pub required_approvals: i64,
    /// The workspace's title of a type of its own.
    pub custom_title: Option<String>,
    /// The grant of trust without which it would need approval.
    pub grant: Option<TrustGrantId>,
}

/// Checks the data against its type's schema, weighs the risk, applies the rule. `asker`: the agent that asks itself;
/// `None` where a person asks.
pub fn judge(
    facts: &GateFacts,
    action_type: &str,
    data: &Data,
    asker: Option<AgentId>,
    now: DateTime<Utc>,
) -> AppResult<Judged> {
    let risk = assess(facts, action_type, data)?;
    let built_in = catalogue::find(action_type);
    let own = facts.action_type.as_ref();
    let required_approvals = required_approvals(facts);
    let trust = match (&facts.grant, &facts.team, &facts.agent) {
        (Some(grant), Some(team), Some(agent)) => Some((
            grant,
            Asks {
                team_id: team.id,
                by_own_agent: asker == Some(agent.id) && team.has_agent,
                agent_owner: agent.owner_id,
                required_approvals,
                now,
            },
        )),
        _ => None,
    };
    let input = GateInput {
        action_type,
        risk: risk.level,
        autonomy: facts.team.as_ref().map(|team| team.autonomy),
        approval_required: facts
            .team
            .as_ref()
            .map(|team| team.approval_required.as_slice())
            .unwrap_or_default(),
        frozen: facts.workspace_frozen || facts.team.as_ref().is_some_and(|team| team.frozen),
        known: built_in.is_some() || own.is_some(),
        agent_active: facts.agent.as_ref().is_none_or(|agent| agent.status == AgentStatus::Active),
        team_active: facts.team.as_ref().is_none_or(|team| team.status == TeamStatus::Active),
        trust,
    };
    let Answer { mut verdict, mut reasons, grant } = gate(&input);
    // An agent that names a team it is not in must not gain that team's autonomy.
    let stranger = matches!((&facts.agent, &facts.team), (Some(_), Some(team)) if !team.has_agent);
    if stranger && verdict == Verdict::Execute {
        verdict = Verdict::NeedsApproval;
        reasons = vec!["The agent is not a member of this team.".to_owned()];
    }
    Ok(Judged {
        verdict,
        risk,
        reasons,
        executor: own
            .filter(|own| own.custom)
            .map(|own| own.executor)
            .or(built_in.map(|spec| spec.executor))
            .unwrap_or(Executor::Agent),
        webhook_id: own.and_then(|own| own.webhook_id),
        required_approvals,
        grant: grant.filter(|_| verdict == Verdict::Execute),
        custom_title: own.filter(|own| own.custom).map(|own| own.title.clone()),
    })
}

/// How many people must approve such an action, as its type and its team say.
pub fn required_approvals(facts: &GateFacts) -> i64 {
    let of_type = facts.action_type.as_ref().map_or(1, |own| own.required_approvals);
    let of_team = facts.team.as_ref().map_or(1, |team| team.required_approvals);
    of_type.max(of_team)
}

/// The risk of an action, after its data has passed its schema.
pub fn assess(facts: &GateFacts, action_type: &str, data: &Data) -> AppResult<Risk> {
    let built_in = catalogue::find(action_type);
    let own = facts.action_type.as_ref();
    match (built_in, own.filter(|own| own.custom).and_then(|own| own.data_schema.as_deref())) {
        (Some(spec), _) => {
            schema::check_builtin(spec.name, data).unwrap_or(Ok(()))?;
            // Planning refuses what a schema cannot say, so that nothing unperformable waits for a decision.
            catalogue::plan(spec.name, data)?;
        }
        (None, Some(text)) => {
            let parsed =
                serde_json::from_str(text).map_err(|e| crate::server::services::fault::internal(&e))?;
            schema::check(&parsed, data)?;
        }
        (None, None) => {}
    }
    let policy = RiskPolicy {
        base: own
            .map(|own| own.risk)
            .or(built_in.map(|spec| spec.risk))
            .unwrap_or(crate::domain::risk::RiskLevel::High),
        reclassed: own.is_some_and(|own| !own.custom),
        known: built_in.is_some() || own.is_some(),
        internal_domains: &facts.internal_domains,
    };
    Ok(catalogue::assess(action_type, data, &policy))
}

/// The JSON Schema of a type's data: the catalogue's, or the workspace's own. `None`: any object.
pub fn data_schema(facts: &GateFacts, action_type: &str) -> AppResult<Option<Value>> {
    let own = facts.action_type.as_ref().filter(|own| own.custom).and_then(|own| own.data_schema.as_deref());
    let text = catalogue::find(action_type).map(|spec| spec.schema).or(own);
    text.map(serde_json::from_str).transpose().map_err(|e| crate::server::services::fault::internal(&e))
}

/// The facts' agent and team must exist where they were named.
pub fn require_named(
    facts: &GateFacts,
    agent: Option<AgentId>,
    team: Option<crate::domain::ids::TeamId>,
) -> AppResult<()> {
    if agent.is_some() && facts.agent.is_none() {
        return Err(AppError::invalid("/agentId", "there is no such agent in this workspace"));
    }
    if team.is_some() && facts.team.is_none() {
        return Err(AppError::invalid("/teamId", "there is no such team in this workspace"));
    }
    Ok(())
}
