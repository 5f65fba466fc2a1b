//! What a digest says, by department: what ran on its own, what was decided by whom, what failed, what waits. Pure.

use super::render::escaped;
use crate::domain::text::reveal_text;
use crate::server::actions::outside::mail::Letter;
use crate::server::storage::digests::{DigestCount, RAN};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::fmt::Write;

/// One department.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub name: String,
    pub lines: Vec<String>,
}

/// Whole addresses.
pub(super) struct DigestLinks {
    pub queue: String,
    pub trail: String,
    pub settings: String,
}

#[derive(Default)]
struct Tally {
    ran: i64,
    approved: BTreeMap<String, i64>,
    rejected: BTreeMap<String, i64>,
    expired: i64,
    failed: i64,
    unknown: i64,
    waiting: i64,
}

/// The departments in which something happened or waits, by name; what is of no team comes last.
pub(super) fn sections(counts: &[DigestCount], waiting: &[(Option<String>, i64)]) -> Vec<Section> {
    // `None` is less than any name: by whether there is none, then by name.
    let mut tallies: BTreeMap<(bool, String), Tally> = BTreeMap::new();
    let key = |department: &Option<String>| (department.is_none(), department.clone().unwrap_or_default());
    for count in counts {
        let tally = tallies.entry(key(&count.department)).or_default();
        let by = count.by.as_deref().map_or_else(|| "Countersign".to_owned(), reveal_text);
        match count.event.as_str() {
            RAN => tally.ran += count.count,
            "approval.approved" => *tally.approved.entry(by).or_default() += count.count,
            "approval.rejected" => *tally.rejected.entry(by).or_default() += count.count,
            "approval.expired" => tally.expired += count.count,
            "action.failed" => tally.failed += count.count,
            _ => tally.unknown += count.count,
        }
    }
    for (department, count) in waiting {
        tallies.entry(key(department)).or_default().waiting += count;
    }
    tallies
        .into_iter()
        .map(|((none, name), tally)| section(if none { "No team" } else { &name }, &tally))
        .collect()
}

fn section(name: &str, tally: &Tally) -> Section {
    let mut lines = Vec::new();
    let mut add = |count: i64, words: &str| {
        if count > 0 {
            lines.push(format!("{count} {words}"));
        }
    };
    add(tally.ran, "ran on their own");
    for (verb, decisions) in [("approved", &tally.approved), ("rejected", &tally.rejected)] {
        for (by, count) in decisions {
            add(*count, &format!("{verb} by {by}"));
        }
    }
    add(tally.expired, "expired undecided");
    add(tally.failed, "failed");
    add(tally.unknown, "with an unknown outcome");
    add(tally.waiting, "waiting now");
    let mut title = name.to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Section { name: title, lines }
}

/// The e-mail. `time`: from when to when, on the member's wall.
pub(super) fn letter(
    to: &str,
    workspace: &str,
    day: NaiveDate,
    time: &str,
    sections: &[Section],
    links: DigestLinks,
) -> Letter {
    let workspace = reveal_text(workspace);
    let subject: String = format!("{workspace}: digest of {}", day.format("%-d %B %Y"))
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let (mut text, mut html) = (format!("{subject}\n{time}\n\n"), String::new());
    for section in sections {
        let _ = writeln!(text, "{}", section.name);
        let mut list = String::new();
        for line in &section.lines {
            let _ = writeln!(text, "  {line}");
            let _ = write!(list, "<li>{}</li>", escaped(line));
        }
        text.push('\n');
        let _ = write!(
            html,
            "<h2 style=\"font-size:16px;margin:16px 0 4px\">{}</h2><ul style=\"margin:0;padding-left:20px\">{list}</ul>",
            escaped(&section.name)
        );
    }
    let _ = write!(
        text,
        "What waits: {}\nThe audit trail of this time: {}\n\n-- \nEach link is for you alone, works once, and asks you \
         to sign in.\nChoose what you get: {}\n",
        links.queue, links.trail, links.settings
    );
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\
         <body style=\"font:15px/1.5 system-ui,sans-serif;color:#18181b;max-width:600px;margin:0 auto;padding:16px\">\
         <h1 style=\"font-size:20px;margin:0\">{0}</h1><p style=\"color:#52525b;margin:4px 0 0\">{1}</p>{html}\
         <p style=\"margin:20px 0\"><a href=\"{2}\" style=\"color:#3730a3\">What waits</a> · \
         <a href=\"{3}\" style=\"color:#3730a3\">The audit trail of this time</a></p>\
         <p style=\"color:#52525b;font-size:13px\">Each link is for you alone, works once, and asks you to sign in.<br>\
         <a href=\"{4}\" style=\"color:#3730a3\">Choose what you get</a></p></body></html>",
        escaped(&subject),
        escaped(time),
        escaped(&links.queue),
        escaped(&links.trail),
        escaped(&links.settings),
    );
    Letter { to: to.to_owned(), subject, text, html, settings: links.settings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(department: Option<&str>, event: &str, by: Option<&str>, count: i64) -> DigestCount {
        let own = |text: Option<&str>| text.map(str::to_owned);
        DigestCount { department: own(department), event: event.to_owned(), by: own(by), count }
    }

    #[test]
    fn by_department_and_by_whom() {
        let sales = Some("sales");
        let counts = [
            count(None, "action.failed", None, 1),
            count(sales, "action.auto_approved", None, 12),
            count(sales, "action.auto_approved", None, 2),
            count(sales, "approval.approved", Some("Ada"), 3),
            count(sales, "approval.approved", Some("Alan"), 1),
            count(sales, "approval.rejected", Some("Ada"), 1),
            count(sales, "approval.expired", None, 2),
            count(sales, "action.unknown", None, 1),
        ];
        let waiting = [(Some("finance".to_owned()), 4)];
        let all = sections(&counts, &waiting);
        let names: Vec<_> = all.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["Finance", "Sales", "No team"]);
        assert_eq!(
            all[1].lines,
            [
                "14 ran on their own",
                "3 approved by Ada",
                "1 approved by Alan",
                "1 rejected by Ada",
                "2 expired undecided",
                "1 with an unknown outcome",
            ]
        );
        assert_eq!(
            (&all[0].lines[0], &all[2].lines[0]),
            (&"4 waiting now".to_owned(), &"1 failed".to_owned())
        );
    }
}
