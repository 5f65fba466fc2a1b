//! What starts a workflow, in words.

use crate::domain::text::reveal_text;
use crate::domain::workflow::Trigger;

/// What starts it, as the end of "It starts …"; a person always can.
pub fn starts(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Manual => "When a person starts it".to_owned(),
        Trigger::AgentRequest => "When an agent asks for it".to_owned(),
        Trigger::Event { event } => format!("At each {}", reveal_text(event)),
        Trigger::Webhook => "When a signed webhook comes".to_owned(),
        Trigger::Schedule { cron, zone } => {
            let zone = reveal_text(zone);
            match clock(cron) {
                Some(words) => format!("{words}, {zone}"),
                None => format!("By the schedule {}, {zone}", reveal_text(cron)),
            }
        }
    }
}

/// A schedule of five fields that has plain words; the rest is shown as it is written.
fn clock(cron: &str) -> Option<String> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let &[minute, hour, day, month, weekday] = fields.as_slice() else { return None };
    if month != "*" {
        return None;
    }
    if (hour, day, weekday) == ("*", "*", "*") {
        return match (minute, minute.strip_prefix("*/")) {
            ("*", _) => Some("Every minute".to_owned()),
            (_, Some(every)) => number(every, 59).map(|every| format!("Every {every} minutes")),
            _ => number(minute, 59).map(|minute| format!("Every hour at minute {minute}")),
        };
    }
    let at = format!("{:02}:{:02}", number(hour, 23)?, number(minute, 59)?);
    match (day, weekday) {
        ("*", "*") => Some(format!("Every day at {at}")),
        ("*", "1-5" | "MON-FRI") => Some(format!("Monday to Friday at {at}")),
        ("*", weekday) => Some(format!("Every {} at {at}", weekday_name(weekday)?)),
        (day, "*") => number(day, 31).map(|day| format!("On day {day} of each month at {at}")),
        _ => None,
    }
}

fn number(text: &str, most: u32) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|number| plain && *number <= most)
}

fn weekday_name(text: &str) -> Option<&'static str> {
    static NAMES: [(&str, &str); 7] = [
        ("SUN", "Sunday"),
        ("MON", "Monday"),
        ("TUE", "Tuesday"),
        ("WED", "Wednesday"),
        ("THU", "Thursday"),
        ("FRI", "Friday"),
        ("SAT", "Saturday"),
    ];
    // Sunday is 0 and 7.
    let by_number = number(text, 7).and_then(|day| NAMES.get(day as usize % 7));
    let found = by_number.or_else(|| NAMES.iter().find(|(short, _)| text.eq_ignore_ascii_case(short)));
    found.map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_said_as_people_say_them() {
        for (cron, words) in [
            ("* * * * *", "Every minute, UTC"),
            ("*/15 * * * *", "Every 15 minutes, UTC"),
            ("5 * * * *", "Every hour at minute 5, UTC"),
            ("0 9 * * *", "Every day at 09:00, UTC"),
            ("30 17 * * 1-5", "Monday to Friday at 17:30, UTC"),
            ("0 9 * * 1", "Every Monday at 09:00, UTC"),
            ("0 9 * * 7", "Every Sunday at 09:00, UTC"),
            ("0 9 * * fri", "Every Friday at 09:00, UTC"),
            ("0 9 1 * *", "On day 1 of each month at 09:00, UTC"),
            ("0 9 1 * 1", "By the schedule 0 9 1 * 1, UTC"),
            ("0 9 1 1 *", "By the schedule 0 9 1 1 *, UTC"),
            ("61 9 * * *", "By the schedule 61 9 * * *, UTC"),
            ("0 9-17 * * *", "By the schedule 0 9-17 * * *, UTC"),
            ("nonsense", "By the schedule nonsense, UTC"),
        ] {
            let trigger = Trigger::Schedule { cron: cron.to_owned(), zone: "UTC".to_owned() };
            assert_eq!(starts(&trigger), words, "{cron}");
        }
    }

    #[test]
    fn other_triggers_have_words_too() {
        let event = Trigger::Event { event: "record.created".to_owned() };
        assert_eq!(starts(&event), "At each record.created");
        assert_eq!(starts(&Trigger::Manual), "When a person starts it");
        assert_eq!(starts(&Trigger::Webhook), "When a signed webhook comes");
    }
}
