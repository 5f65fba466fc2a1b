//! What an e-mail of notifications says, as text and as HTML. Everything in it may come from an agent: it is shown with
//! hidden characters made visible, and nothing in it becomes markup.

use crate::domain::text::reveal_text;
use crate::server::actions::outside::mail::Letter;
use std::fmt::Write;

/// Longest subject, in characters.
const SUBJECT: usize = 150;

/// One notification of an e-mail.
pub(super) struct MailItem {
    pub title: String,
    /// A line for each thing.
    pub body: String,
    pub count: i64,
    /// The whole address.
    pub link: String,
    /// When, on the member's wall.
    pub at: String,
}

/// The e-mail to one member. `settings`: the address where they choose what they get.
pub(super) fn letter(to: &str, workspace: &str, items: &[MailItem], settings: &str) -> Letter {
    let why = format!("You get this as a member of {} in Countersign.", reveal_text(workspace));
    let links = "Each link is for you alone, works once, and asks you to sign in.";
    let mut text = String::new();
    let mut html = String::new();
    for item in items {
        let (title, body) = (reveal_text(&item.title), reveal_lines(&item.body));
        let _ = write!(text, "{title}\n{}\n", item.at);
        for line in body.lines() {
            let _ = writeln!(text, "  {line}");
        }
        let _ = write!(text, "{}\n\n", item.link);
        let lines: String = body.lines().map(|line| format!("<li>{}</li>", escaped(line))).collect();
        let _ = write!(
            html,
            "<section style=\"border:1px solid #d4d4d8;border-radius:8px;padding:12px 16px;margin:0 0 12px\">\
             <h2 style=\"font-size:16px;margin:0 0 4px\">{}</h2><p style=\"color:#52525b;margin:0 0 8px\">{}</p>\
             <ul style=\"margin:0 0 12px;padding-left:20px\">{lines}</ul>\
             <p style=\"margin:0\"><a href=\"{}\" style=\"color:#3730a3\">Open in Countersign</a></p></section>",
            escaped(&title),
            escaped(&item.at),
            escaped(&item.link),
        );
    }
    let _ = write!(text, "-- \n{why}\n{links}\nChoose what you get: {settings}\n");
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
         <body style=\"font:15px/1.5 system-ui,sans-serif;color:#18181b;max-width:600px;margin:0 auto;padding:16px\">\
         {html}<p style=\"color:#52525b;font-size:13px\">{}<br>{links}<br>\
         <a href=\"{}\" style=\"color:#3730a3\">Choose what you get</a></p></body></html>",
        escaped(&subject(items)),
        escaped(&why),
        escaped(settings),
    );
    Letter { to: to.to_owned(), subject: subject(items), text, html, settings: settings.to_owned() }
}

/// The first notification, with its line where it is about one thing, and how many more there are.
fn subject(items: &[MailItem]) -> String {
    let Some(first) = items.first() else { return "Countersign".to_owned() };
    let title = reveal_text(&first.title);
    let first_line = first.body.lines().next().unwrap_or_default();
    let line = match (items, first.count) {
        ([_], 1) if !first_line.is_empty() => format!("{title}: {}", reveal_text(first_line)),
        ([_], _) => title,
        (more, _) => format!("{title}, and {} more", more.len() - 1),
    };
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(SUBJECT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

fn reveal_lines(text: &str) -> String {
    text.lines().map(reveal_text).collect::<Vec<_>>().join("\n")
}

/// Text for HTML, in an attribute too.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(title: &str, body: &str, count: i64) -> MailItem {
        MailItem {
            title: title.to_owned(),
            body: body.to_owned(),
            count,
            link: "https://c.example/n/x".to_owned(),
            at: "1 Mar 2026, 10:00 CET".to_owned(),
        }
    }

    #[test]
    fn nothing_becomes_markup_and_nothing_hides() {
        let hostile = item("An approval needs you", "<script>x</script>\u{202e}&\"'", 1);
        let letter =
            letter("ada@example.com", "A<b>", &[hostile], "https://c.example/settings/notifications");
        assert!(!letter.html.contains("<script>") && !letter.html.contains("A<b>"), "{}", letter.html);
        assert!(
            letter.html.contains("&lt;script&gt;x&lt;/script&gt;[U+202E]&amp;&quot;&#39;"),
            "{}",
            letter.html
        );
        assert!(letter.text.contains("<script>x</script>[U+202E]"), "{}", letter.text);
        assert!(letter.subject.starts_with("An approval needs you: <script>"), "{}", letter.subject);
    }

    #[test]
    fn subjects_say_how_many() {
        let (one, many) =
            (item("An approval needs you", "Send it", 1), item("3 approvals need you", "a\nb\nc", 3));
        assert_eq!(subject(&[one]), "An approval needs you: Send it");
        assert_eq!(subject(&[many]), "3 approvals need you");
        let two = [item("A team changed", "x", 1), item("A message", "y", 1)];
        assert_eq!(subject(&two), "A team changed, and 1 more");
        assert_eq!(subject(&[item("t", &"x".repeat(500), 1)]).chars().count(), 151);
    }
}
