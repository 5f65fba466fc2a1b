//! The gate's rule: which actions run by themselves. Pure; a caller that cannot answer a question of the rule
//! must call [`Verdict::NeedsApproval`] itself.

use super::risk::RiskLevel;
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
}

/// The verdict with its reasons, in words for a reviewer. There is always at least one reason.
pub fn gate(input: &GateInput<'_>) -> (Verdict, Vec<String>) {
    let mut stops = Vec::new();
    if !input.agent_active {
        return (Verdict::Deny, vec!["The agent is not active.".to_owned()]);
    }
    if !input.team_active {
        return (Verdict::Deny, vec!["The team is not active.".to_owned()]);
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
    if !runs {
        stops.push(rule.to_owned());
    }
    if stops.is_empty() { (Verdict::Execute, vec![rule.to_owned()]) } else { (Verdict::NeedsApproval, stops) }
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
                assert_eq!(gate(&input(risk, level, &[])).0, expected, "{level:?} {risk}");
            }
            assert_ne!(gate(&input(Critical, level, &[])).0, Verdict::Execute);
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
            prop_assert!(!given.1.is_empty());
            if given.0 == Verdict::Execute {
                prop_assert_eq!(plain.0, Verdict::Execute);
                prop_assert!(!frozen && known && !listed && agent && team);
            }
            if !agent || !team { prop_assert_eq!(given.0, Verdict::Deny); }
        }
    }
}
