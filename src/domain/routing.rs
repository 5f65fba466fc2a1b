//! Who suits a task: agents and their teams, ranked with reasons.

use super::ids::{AgentId, TeamId};
use super::text;
use super::workspace::Department;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

/// What each reason weighs; together 100.
const CAPABILITY: i64 = 50;
const SPECIALISATION: i64 = 15;
const HISTORY: i64 = 20;
const LOAD: i64 = 15;
/// So many open executions are a full load.
const FULL_LOAD: i64 = 10;
/// With fewer runs an agent's history says as much as an even chance.
const RUNS_TRUSTED: i64 = 5;
/// Candidates that are answered.
pub const CANDIDATES: usize = 10;

/// Asks who should do something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteTask {
    #[validate(
        length(min = 1, max = 10000, message = "must be 1 to 10,000 characters"),
        custom(function = "text::no_nul")
    )]
    pub objective: String,
    /// What whoever does it must be good at: lower-case words joined by `_`.
    #[validate(length(max = 20, message = "must be at most 20"))]
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Only teams of this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
}

/// What is known of an agent in one of its teams, or in none.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub agent_id: AgentId,
    pub agent_name: String,
    pub description: String,
    pub capabilities: Vec<String>,
    /// Has a playbook or a model: can be handed work.
    pub can_work: bool,
    pub team: Option<TeamOf>,
    /// Its executions that are under way.
    pub open: i64,
    /// Its executions of the last 30 days that ended well, and that failed.
    pub completed: i64,
    pub failed: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TeamOf {
    pub id: TeamId,
    pub name: String,
    pub department: Department,
    pub frozen: bool,
    /// What its agents suit together.
    pub capabilities: Vec<String>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Routed {
    pub agent_id: AgentId,
    pub agent_name: String,
    pub team_id: Option<TeamId>,
    pub team_name: Option<String>,
    /// 0 to 100.
    pub score: i64,
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// Best first; none where nobody can do it.
    pub candidates: Vec<Routed>,
    /// 0 to 100: how well the best one suits, and how far ahead of the next other agent it is.
    pub confidence: i64,
}

/// Ranks the candidates that can work at all. Equal scores: by name.
pub fn route(task: &RouteTask, candidates: &[Candidate]) -> Route {
    let asked = words(&task.objective);
    let mut found: Vec<Routed> = candidates
        .iter()
        .filter(|one| one.can_work && !one.team.as_ref().is_some_and(|team| team.frozen))
        .filter(|one| {
            task.department.is_none_or(|d| one.team.as_ref().is_some_and(|team| team.department == d))
        })
        .map(|one| score(task, &asked, one))
        .collect();
    found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.agent_name.cmp(&b.agent_name)));
    let best = found.first().map_or(0, |best| best.score);
    let other = found
        .first()
        .and_then(|first| found.iter().find(|one| one.agent_id != first.agent_id).map(|next| next.score));
    let lead = best - other.unwrap_or(0);
    let confidence = (best * 7 + lead.min(30) * 10) / 10;
    found.truncate(CANDIDATES);
    Route { candidates: found, confidence: confidence.clamp(0, 100) }
}

/// How well an agent's capabilities suit a task, in hundredths. One that only its team has counts half.
fn capable(task: &RouteTask, asked: &BTreeSet<String>, one: &Candidate, reasons: &mut Vec<String>) -> i64 {
    let teams = one.team.as_ref().map_or(&[][..], |team| team.capabilities.as_slice());
    let only_teams =
        |capability: &&String| teams.contains(capability) && !one.capabilities.contains(capability);
    if task.capabilities.is_empty() {
        // Nothing is asked for by name: what capabilities say is looked for in the objective.
        let is_said = |capability: &&String| capability.split('_').any(|word| known(asked, word));
        let said: Vec<&String> = one.capabilities.iter().filter(is_said).collect();
        let of_team: Vec<&String> = teams.iter().filter(is_said).filter(only_teams).collect();
        if !said.is_empty() {
            reasons.push(format!("Good at {}.", list(&said)));
        }
        if !of_team.is_empty() {
            reasons.push(format!("In a team that is good at {}.", list(&of_team)));
        }
        return share(2 * said.len() + of_team.len(), 2 * one.capabilities.len().clamp(1, 2));
    }
    let has: Vec<&String> =
        task.capabilities.iter().filter(|wanted| one.capabilities.contains(wanted)).collect();
    let of_team: Vec<&String> = task.capabilities.iter().filter(only_teams).collect();
    if has.len() == task.capabilities.len() {
        reasons.push("Has every capability that is asked for.".to_owned());
    } else if has.is_empty() {
        reasons.push("Has none of the capabilities that are asked for.".to_owned());
    } else {
        reasons.push(format!("Has {} of the capabilities that are asked for: {}.", has.len(), list(&has)));
    }
    if !of_team.is_empty() {
        reasons.push(format!("Its team has {}.", list(&of_team)));
    }
    share(2 * has.len() + of_team.len(), 2 * task.capabilities.len())
}

fn score(task: &RouteTask, asked: &BTreeSet<String>, one: &Candidate) -> Routed {
    let mut reasons = Vec::new();
    let mut score = CAPABILITY * capable(task, asked, one, &mut reasons) / 100;
    let own = words(&format!("{} {}", one.agent_name, one.description));
    let common = own.iter().filter(|word| known(asked, word)).count();
    let specialised = share(common, 3);
    score += SPECIALISATION * specialised / 100;
    if common > 0 {
        reasons.push("Its description speaks of this.".to_owned());
    }
    let runs = one.completed + one.failed;
    let right = if runs >= RUNS_TRUSTED { one.completed * 100 / runs } else { 50 };
    score += HISTORY * right / 100;
    if runs >= RUNS_TRUSTED {
        reasons.push(format!("{} of its last {runs} executions ended well.", one.completed));
    } else {
        reasons.push("Has little history.".to_owned());
    }
    let free = (FULL_LOAD - one.open).max(0) * 100 / FULL_LOAD;
    score += LOAD * free / 100;
    reasons.push(match one.open {
        0 => "Has nothing else to do.".to_owned(),
        n => format!("Has {n} executions under way."),
    });
    Routed {
        agent_id: one.agent_id,
        agent_name: one.agent_name.clone(),
        team_id: one.team.as_ref().map(|team| team.id),
        team_name: one.team.as_ref().map(|team| team.name.clone()),
        score,
        reasons,
    }
}

/// In hundredths, at most all.
fn share(part: usize, of: usize) -> i64 {
    i64::try_from((part * 100).checked_div(of).unwrap_or(0).min(100)).unwrap_or(100)
}

/// The words of a text that say something, in lower case.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3)
        .map(str::to_lowercase)
        .collect()
}

/// Whether one of the words begins as this one does: "qualify" and "qualification".
fn known(words: &BTreeSet<String>, word: &str) -> bool {
    let stem: String = word.to_lowercase().chars().take(5).collect();
    stem.chars().count() > 3 && words.iter().any(|one| one.starts_with(&stem))
}

fn list(words: &[&String]) -> String {
    words.iter().map(|word| word.replace('_', " ")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn candidate(n: u128, name: &str, capabilities: &[&str]) -> Candidate {
        Candidate {
            agent_id: AgentId(Uuid::from_u128(n)),
            agent_name: name.to_owned(),
            description: String::new(),
            capabilities: capabilities.iter().map(|&one| one.to_owned()).collect(),
            can_work: true,
            team: None,
            open: 0,
            completed: 0,
            failed: 0,
        }
    }

    fn task(objective: &str, capabilities: &[&str]) -> RouteTask {
        RouteTask {
            objective: objective.to_owned(),
            capabilities: capabilities.iter().map(|&one| one.to_owned()).collect(),
            department: None,
        }
    }

    #[test]
    fn capabilities_decide_first() {
        let all = [
            candidate(1, "Writer", &["proposal_writing"]),
            candidate(2, "Qualifier", &["lead_qualification"]),
        ];
        let routed = route(&task("Qualify this lead", &[]), &all);
        assert_eq!(routed.candidates[0].agent_name, "Qualifier", "{routed:?}");
        let routed = route(&task("Anything", &["proposal_writing"]), &all);
        assert_eq!(routed.candidates[0].agent_name, "Writer");
        assert!(routed.confidence > 50, "{routed:?}");
    }

    #[test]
    fn what_a_team_can_counts_less_than_what_an_agent_can_itself() {
        let in_team = |n: u128, name: &str, own: &[&str], teams: &[&str]| {
            let mut found = candidate(n, name, own);
            found.team = Some(TeamOf {
                id: TeamId(Uuid::from_u128(9)),
                name: "T".to_owned(),
                department: Department::Sales,
                frozen: false,
                capabilities: teams.iter().map(|&one| one.to_owned()).collect(),
            });
            found
        };
        let all = [
            in_team(1, "A", &["proposal_writing"], &[]),
            in_team(2, "B", &[], &["lead_qualification"]),
            in_team(3, "C", &["lead_qualification"], &["lead_qualification"]),
        ];
        for asked in [task("Anything", &["lead_qualification"]), task("Qualify this lead", &[])] {
            let routed = route(&asked, &all).candidates;
            let names: Vec<&str> = routed.iter().map(|one| one.agent_name.as_str()).collect();
            assert_eq!(names, ["C", "B", "A"], "{routed:?}");
            assert!(routed[1].reasons.iter().any(|reason| reason.contains("team")), "{routed:?}");
            assert!(!routed[0].reasons.iter().any(|reason| reason.contains("team")), "{routed:?}");
        }
    }

    #[test]
    fn load_and_history_decide_between_equals() {
        let mut busy = candidate(1, "A", &["x_ray"]);
        busy.open = 9;
        let mut failing = candidate(2, "B", &["x_ray"]);
        (failing.completed, failing.failed) = (1, 9);
        let good = candidate(3, "C", &["x_ray"]);
        let routed = route(&task("Look", &["x_ray"]), &[busy, failing, good]);
        let names: Vec<&str> = routed.candidates.iter().map(|one| one.agent_name.as_str()).collect();
        assert_eq!(names, ["C", "B", "A"], "{routed:?}");
    }

    #[test]
    fn who_cannot_work_is_no_candidate() {
        let mut idle = candidate(1, "A", &[]);
        idle.can_work = false;
        let mut frozen = candidate(2, "B", &[]);
        let team = TeamOf {
            id: TeamId(Uuid::from_u128(9)),
            name: "T".to_owned(),
            department: Department::Sales,
            frozen: true,
            capabilities: Vec::new(),
        };
        frozen.team = Some(team.clone());
        let mut sales = candidate(3, "C", &[]);
        sales.team = Some(TeamOf { frozen: false, ..team });
        let routed = route(&task("Anything", &[]), &[idle.clone(), frozen]);
        assert_eq!((routed.candidates.len(), routed.confidence), (0, 0));
        let of_sales = RouteTask { department: Some(Department::Sales), ..task("Anything", &[]) };
        assert_eq!(route(&of_sales, &[sales.clone(), candidate(4, "D", &[])]).candidates.len(), 1);
    }
}
