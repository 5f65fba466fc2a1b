//! How a team works beside its autonomy: when, how much at once, whom it tells of what waits, what it is good at.

use super::action::action_type_name;
use super::text;
use crate::wire_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError, ValidationErrors};

wire_enum! {
    pub enum Weekday {
        Monday = "mon",
        Tuesday = "tue",
        Wednesday = "wed",
        Thursday = "thu",
        Friday = "fri",
        Saturday = "sat",
        Sunday = "sun",
    }
}

impl Weekday {
    /// As people read it.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Monday => "Mon",
            Self::Tuesday => "Tue",
            Self::Wednesday => "Wed",
            Self::Thursday => "Thu",
            Self::Friday => "Fri",
            Self::Saturday => "Sat",
            Self::Sunday => "Sun",
        }
    }
}

wire_enum! {
    /// Who is told of an approval that waits.
    pub enum EscalateTo {
        Reviewers = "reviewers",
        Admins = "admins",
    }
}

/// What is absent has no limit, or is as the workspace has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TeamConfig {
    /// When its executions begin; absent: always.
    #[validate(nested)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_hours: Option<WorkingHours>,
    /// So many of its executions may be under way for another one to begin.
    #[validate(range(min = 1, max = 100, message = "must be between 1 and 100"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_tasks: Option<i64>,
    #[validate(nested)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// What work its agents suit together: lower-case words joined by `_`, such as `lead_qualification`.
    #[validate(custom(function = "capabilities"))]
    pub capabilities: Vec<String>,
}

/// The same hours on some days of the week, by the clocks of a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkingHours {
    /// A name of the IANA database, such as `Europe/Vienna`.
    pub zone: String,
    /// At least one, none twice.
    pub days: Vec<Weekday>,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`, later than `from`; `24:00` is the end of the day.
    pub to: String,
}

/// When somebody is told of an approval that waits, and who. Where a team says nothing: the reviewers, at half
/// of its time. Later, once half of what is left is over, the admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Escalation {
    /// Of the time that the approval has, in percent.
    #[validate(range(min = 10, max = 90, message = "must be between 10 and 90"))]
    pub after_percent: i64,
    /// `admins`: they are told instead of the reviewers.
    pub to: EscalateTo,
}

impl Default for Escalation {
    fn default() -> Self {
        Self { after_percent: 50, to: EscalateTo::Reviewers }
    }
}

impl TeamConfig {
    /// Whether its executions may have to wait for it.
    pub const fn is_limited(&self) -> bool {
        self.working_hours.is_some() || self.concurrent_tasks.is_some()
    }
}

impl WorkingHours {
    /// When work begins and ends, in minutes after midnight; `None` where one of both is no time.
    pub fn minutes(&self) -> Option<(i64, i64)> {
        Some((minutes(&self.from)?, minutes(&self.to)?))
    }

    /// In words: "Mon to Fri, 09:00 to 17:00, Europe/Vienna".
    pub fn words(&self) -> String {
        let mut days = self.days.clone();
        days.sort_unstable();
        let in_a_row = days.windows(2).all(|two| two[1] as usize == two[0] as usize + 1);
        let days = match days.as_slice() {
            all if all.len() == Weekday::ALL.len() => "Every day".to_owned(),
            [first, _, .., last] if in_a_row => format!("{} to {}", first.short(), last.short()),
            some => some.iter().map(|day| day.short()).collect::<Vec<_>>().join(", "),
        };
        format!("{days}, {} to {}, {}", self.from, self.to, self.zone)
    }
}

/// Whether the zone is one is for who knows the zones.
impl Validate for WorkingHours {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        let mut refuse = |field: &'static str, detail: &'static str| {
            errors.add(field, ValidationError::new("hours").with_message(detail.into()));
        };
        if self.zone.is_empty() || self.zone.len() > 64 || text::no_nul(&self.zone).is_err() {
            refuse("zone", "must be a time zone such as Europe/Vienna");
        }
        let twice = |(at, day): (usize, &Weekday)| self.days[..at].contains(day);
        if self.days.is_empty() {
            refuse("days", "choose at least one day");
        } else if self.days.iter().enumerate().any(twice) {
            refuse("days", "must not name a day twice");
        }
        match (minutes(&self.from), minutes(&self.to)) {
            (Some(from), Some(to)) if to <= from => refuse("to", "must be later than the beginning"),
            (Some(_), Some(_)) => {}
            (from, to) => {
                if from.is_none() {
                    refuse("from", "must be a time such as 09:00");
                }
                if to.is_none() {
                    refuse("to", "must be a time such as 17:00; 24:00 is the end of the day");
                }
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// `HH:MM` up to `24:00`, in minutes after midnight.
fn minutes(text: &str) -> Option<i64> {
    let number = |part: &str| -> Option<i64> {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|_| digits)
    };
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}

fn capabilities(list: &[String]) -> Result<(), ValidationError> {
    if list.len() > 100 {
        return Err(ValidationError::new("length").with_message("must be at most 100".into()));
    }
    list.iter().try_for_each(|word| action_type_name(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AppError, AppResult};
    use serde_json::{Value, json};

    fn read(value: Value) -> AppResult<TeamConfig> {
        let config: TeamConfig = serde_json::from_value(value).unwrap();
        config.validate().map_err(AppError::from)?;
        Ok(config)
    }

    fn hours(days: &[&str], from: &str, to: &str) -> Value {
        json!({"workingHours": {"zone": "Europe/Vienna", "days": days, "from": from, "to": to}})
    }

    #[test]
    fn what_is_absent_is_no_limit() {
        let nothing = read(json!({})).unwrap();
        assert_eq!((nothing.is_limited(), &nothing), (false, &TeamConfig::default()));
        assert_eq!(serde_json::to_value(&nothing).unwrap(), json!({"capabilities": []}));
        assert!(read(json!({"concurrentTasks": 3})).unwrap().is_limited());
        let all_day = read(hours(&["mon"], "00:00", "24:00")).unwrap();
        assert_eq!(all_day.working_hours.unwrap().minutes(), Some((0, 1440)));
        assert!(serde_json::from_value::<TeamConfig>(json!({"hours": []})).is_err());
    }

    #[test]
    fn faults_are_at_their_places() {
        for (value, places) in [
            (json!({"concurrentTasks": 0}), &["/concurrentTasks"][..]),
            (json!({"concurrentTasks": 101}), &["/concurrentTasks"]),
            (json!({"escalation": {"afterPercent": 9, "to": "admins"}}), &["/escalation/afterPercent"]),
            (json!({"capabilities": ["Lead scoring"]}), &["/capabilities"]),
            (hours(&[], "09:00", "17:00"), &["/workingHours/days"]),
            (hours(&["mon", "tue", "mon"], "09:00", "17:00"), &["/workingHours/days"]),
            (hours(&["mon"], "17:00", "09:00"), &["/workingHours/to"]),
            (hours(&["mon"], "09:00", "09:00"), &["/workingHours/to"]),
            (hours(&["mon"], "9:00", "24:01"), &["/workingHours/from", "/workingHours/to"]),
            (hours(&["mon"], "09:60", "+9:00"), &["/workingHours/from", "/workingHours/to"]),
        ] {
            let refused = read(value.clone()).unwrap_err();
            let found: Vec<_> = refused.errors().iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(found, places, "{value}");
        }
        let no_zone = json!({"workingHours": {"zone": "", "days": ["mon"], "from": "09:00", "to": "10:00"}});
        assert_eq!(read(no_zone).unwrap_err().errors()[0].pointer, "/workingHours/zone");
    }

    #[test]
    fn hours_are_said_in_words() {
        for (days, said) in [
            (&["fri", "mon", "tue", "thu", "wed"][..], "Mon to Fri"),
            (&["mon", "wed", "fri"], "Mon, Wed, Fri"),
            (&["sat", "sun"], "Sat, Sun"),
            (&["sun", "mon", "tue", "wed", "thu", "fri", "sat"], "Every day"),
        ] {
            let hours = read(hours(days, "09:00", "17:00")).unwrap().working_hours.unwrap();
            assert_eq!(hours.words(), format!("{said}, 09:00 to 17:00, Europe/Vienna"));
        }
    }
}
