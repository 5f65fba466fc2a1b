//! How teams work, whole for programs and in the fields of a form for people.

use super::codec::JsonOrForm;
use super::inputs::{WholeOrBlank, Words};
use crate::domain::ids::TeamId;
use crate::domain::team_config::{EscalateTo, Escalation, TeamConfig, Weekday, WorkingHours};
use crate::domain::{AppError, AppResult};
use crate::wire_enum;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

wire_enum! {
    /// When a team works.
    pub enum Open {
        Always = "always",
        Hours = "hours",
    }
}

/// A [`TeamConfig`] field by field, all of it anew. Blank is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConfigForm {
    /// `hours`: the four that follow count; else none of them does.
    pub open: Option<Open>,
    pub zone: String,
    pub days: Vec<Weekday>,
    pub from: String,
    pub to: String,
    /// `concurrentTasks`.
    pub tasks_at_once: WholeOrBlank,
    /// Percent of an approval's time.
    pub escalate_after: WholeOrBlank,
    /// Blank: as the workspace has it.
    pub escalate_to: Option<EscalateTo>,
    /// A list, or one text with the words between spaces, commas or lines.
    pub capabilities: Words,
}

impl ConfigForm {
    /// What it says. Its faults are at the places of a [`TeamConfig`].
    pub fn read(self) -> AppResult<TeamConfig> {
        let working_hours = (self.open == Some(Open::Hours)).then_some(WorkingHours {
            zone: self.zone,
            days: self.days,
            from: self.from,
            to: self.to,
        });
        let escalation = match (self.escalate_after.0, self.escalate_to) {
            (Some(after_percent), Some(to)) => Some(Escalation { after_percent, to }),
            (None, None) => None,
            (None, Some(_)) => {
                let detail = "say after how much of the time, in percent";
                return Err(AppError::invalid("/escalation/afterPercent", detail));
            }
            (Some(_), None) => return Err(AppError::invalid("/escalation/to", "choose who is told")),
        };
        Ok(TeamConfig {
            working_hours,
            concurrent_tasks: self.tasks_at_once.0,
            escalation,
            capabilities: self.capabilities.0,
        })
    }
}

/// How a team works.
#[server(name = TeamConfigGet, prefix = "/api/fn", endpoint = "teams/config", protocol = JsonOrForm)]
pub async fn team_config(id: TeamId) -> Result<TeamConfig, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadTeams, team_config};
    let (state, by) = door::allowed::<ReadTeams>().await?;
    door::answer(async {
        let (found, _) = team_config::team_config_get(&by, &state.db, id).await?;
        Ok(found)
    })
    .await
}

/// Replaces how a team works. `version`: the team's, as the caller saw it; another one is refused.
#[server(name = TeamConfigSet, prefix = "/api/fn", endpoint = "teams/set-config", protocol = JsonOrForm)]
pub async fn team_config_set(
    id: TeamId,
    version: Option<i64>,
    #[server(default)] input: TeamConfig,
) -> Result<TeamConfig, AppError> {
    use super::door;
    use crate::server::services::{ctx::WriteTeams, team_config};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let (kept, _) = team_config::team_config_set(&by, &state.db, id, input, version).await?;
        Ok(kept)
    })
    .await
}

/// The same from the fields of a form.
#[server(name = TeamConfigSave, prefix = "/api/fn", endpoint = "teams/save-config", protocol = JsonOrForm)]
pub async fn team_config_save(
    id: TeamId,
    version: Option<i64>,
    #[server(default)] input: ConfigForm,
) -> Result<TeamConfig, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, team_config};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let (saved, _) = team_config::team_config_set(&by, &state.db, id, input.read()?, version).await?;
        reply::go_to(&format!("/settings/teams/{id}?done=saved"));
        Ok(saved)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server_fns::codec::{from_form, from_json};

    #[derive(Deserialize)]
    struct Args {
        #[serde(default)]
        input: ConfigForm,
    }

    fn form(text: &str) -> AppResult<TeamConfig> {
        from_form::<Args>(text)?.input.read()
    }

    #[test]
    fn a_form_and_json_say_the_same() {
        let text = "input[open]=hours&input[zone]=Europe%2FVienna&input[days][]=mon&input[days][]=tue&\
             input[from]=09%3A00&input[to]=17%3A00&input[tasksAtOnce]=3&input[escalateAfter]=20&\
             input[escalateTo]=admins&input[capabilities]=lead_scoring%0D%0Aresearch";
        let json = r#"{"input": {"open": "hours", "zone": "Europe/Vienna", "days": ["mon", "tue"],
            "from": "09:00", "to": "17:00", "tasksAtOnce": 3, "escalateAfter": 20,
            "escalateTo": "admins", "capabilities": ["lead_scoring", "research"]}}"#;
        let said = form(text).unwrap();
        assert_eq!(said, from_json::<Args>(json).unwrap().input.read().unwrap());
        assert_eq!(said.working_hours.unwrap().days, [Weekday::Monday, Weekday::Tuesday]);
        let escalation = Escalation { after_percent: 20, to: EscalateTo::Admins };
        assert_eq!((said.concurrent_tasks, said.escalation), (Some(3), Some(escalation)));
    }

    #[test]
    fn blank_fields_are_no_limit() {
        let blank = "input[open]=always&input[zone]=UTC&input[from]=09%3A00&input[to]=17%3A00&\
             input[tasksAtOnce]=&input[escalateAfter]=&input[escalateTo]=&input[capabilities]=";
        assert_eq!(form(blank).unwrap(), TeamConfig::default());
        assert_eq!(form("id=7").unwrap(), TeamConfig::default());
    }

    #[test]
    fn half_an_escalation_is_a_fault_where_the_rest_is_missing() {
        for (text, place) in [
            ("input[escalateTo]=admins", "/escalation/afterPercent"),
            ("input[escalateAfter]=20", "/escalation/to"),
        ] {
            assert_eq!(form(text).unwrap_err().errors()[0].pointer, place);
        }
    }
}
