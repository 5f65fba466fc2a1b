//! The gate's rule: which actions run by themselves. Pure; a caller that cannot answer a question of the rule
//! must call [`Verdict::NeedsApproval`] itself.

use super::ids::TrustGrantId;
use super::risk::RiskLevel;
use super::trust::{Asks, Granted};
use crate::wire_enum;

wire_enum! {
    pub enum AutonomyLevel {
        Supervised = "supervised",
        SemiAutonomous = "semi_autonomous",
        Autonomous = "autonomous",
    }
}

wire_enum! {
    pub enum Verdict {
        Execute = "execute",
        NeedsApproval = "needs_approval",
        Deny = "deny",
    }
}

/// Everything the rule looks at.
#[derive(Clone, Debug)]
pub struct GateInput<'a> {
    pub action_type: &'a str,
    pub risk: RiskLevel,
    /// `None`: the agent acts without a team.
    pub autonomy: Option<AutonomyLevel>,
    /// The team's `approval_required` list.
    pub approval_required: &'a [String],
    pub frozen: bool,
    /// The type exists in the catalogue or in the workspace.
    pub known: bool,
    /// The agent's status lets it act.
    pub agent_active: bool,
    pub team_active: bool,
    /// The grant of trust for this team and type, and who asks; only a semi-autonomous team's is looked at.
    pub trust: Option<(&'a Granted, Asks)>,
}

/// What the rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    /// In words for a reviewer. There is always at least one.
    pub reasons: Vec<String>,
    /// The grant without which the action would not run.
    pub grant: Option<TrustGrantId>,
}

/// The verdict with its reasons.
pub fn gate(input: &GateInput<'_>) -> Answer {
    let denied = |why: &str| Answer { verdict: Verdict::Deny, reasons: vec![why.to_owned()], grant: None };
    let mut stops = Vec::new();
    if !input.agent_active {
        return denied("The agent is not active.");
    }
    if !input.team_active {
        return denied("The team is not active.");
    }
    if input.frozen {
        stops.push("Automatic work is frozen.".to_owned());
    }
    if !input.known {
        stops.push(format!("Nobody has registered the action type {}.", input.action_type));
    }
    if input.approval_required.iter().any(|listed| listed == input.action_type) {
        stops.push(format!("This team always asks before {}.", input.action_type));
    }
    let (runs, rule) = match (input.autonomy, input.risk) {
        (Some(AutonomyLevel::Supervised), _) => (false, "The team is supervised: everything needs approval."),
        (Some(AutonomyLevel::SemiAutonomous), RiskLevel::Low) => {
            (true, "The team is semi-autonomous: low risk runs by itself.")
        }
        (Some(AutonomyLevel::SemiAutonomous), _) => {
            (false, "The team is semi-autonomous: only low risk runs by itself.")
        }
        (Some(AutonomyLevel::Autonomous), RiskLevel::Critical) => {
            (false, "Critical actions need approval at every autonomy level.")
        }
        (Some(AutonomyLevel::Autonomous), _) => {
            (true, "The team is autonomous: all but critical risk runs by itself.")
        }
        (None, RiskLevel::Low) => (true, "Without a team, low risk runs by itself."),
        (None, _) => (false, "Without a team, only low risk runs by itself."),
    };
    let grant = match (&input.trust, input.autonomy) {
        (Some((grant, asks)), Some(AutonomyLevel::SemiAutonomous)) if !runs => {
            grant.covers(input.action_type, input.risk, asks).then_some(*grant)
        }
        _ => None,
    };
    if !runs && grant.is_none() {
        stops.push(rule.to_owned());
    }
    if !stops.is_empty() {
        return Answer { verdict: Verdict::NeedsApproval, reasons: stops, grant: None };
    }
    Answer {
        verdict: Verdict::Execute,
        reasons: vec![grant.map_or_else(|| rule.to_owned(), Granted::reason)],
        grant: grant.map(|grant| grant.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input<'a>(risk: RiskLevel, autonomy: Option<AutonomyLevel>, list: &'a [String]) -> GateInput<'a> {
        GateInput {
            action_type: "send_email",
            risk,
            autonomy,
            approval_required: list,
            frozen: false,
            known: true,
            agent_active: true,
            team_active: true,
            trust: None,
        }
    }

    /// The table of DESIGN.md, The gate, 2.
    #[test]
    fn the_table_of_autonomy_and_risk() {
        use AutonomyLevel::{Autonomous, SemiAutonomous, Supervised};
        use RiskLevel::{Critical, High, Low, Medium};
        for (level, runs) in [
            (None, &[Low][..]),
            (Some(Supervised), &[]),
            (Some(SemiAutonomous), &[Low]),
            (Some(Autonomous), &[Low, Medium, High]),
        ] {
            for &risk in RiskLevel::ALL {
                let expected = if runs.contains(&risk) { Verdict::Execute } else { Verdict::NeedsApproval };
                assert_eq!(gate(&input(risk, level, &[])).verdict, expected, "{level:?} {risk}");
            }
            assert_ne!(gate(&input(Critical, level, &[])).verdict, Verdict::Execute);
        }
    }

    proptest! {
        /// No setting of the other switches ever turns a stop into a run.
        #[test]
        fn nothing_loosens_the_rule(risk in 0usize..4, level in 0usize..4, frozen: bool, known: bool, listed: bool, agent: bool, team: bool) {
            let list = if listed { vec!["send_email".to_owned()] } else { vec![] };
            let risk = RiskLevel::ALL[risk];
            let autonomy = AutonomyLevel::ALL.get(level).copied();
            let plain = gate(&input(risk, autonomy, &[]));
            let given = gate(&GateInput { frozen, known, agent_active: agent, team_active: team, ..input(risk, autonomy, &list) });
            prop_assert!(!given.reasons.is_empty());
            if given.verdict == Verdict::Execute {
                prop_assert_eq!(plain.verdict, Verdict::Execute);
                prop_assert!(!frozen && known && !listed && agent && team);
            }
            if !agent || !team { prop_assert_eq!(given.verdict, Verdict::Deny); }
        }
    }
}
