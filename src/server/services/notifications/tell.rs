//! Writing notifications, and putting them on their way: in the app, by e-mail and to browsers where the member wants
//! that, grouped so that much of the same is one.

use super::mail::mail_job;
use super::push::push_job;
use super::times;
use crate::domain::ids::WorkspaceId;
use crate::domain::notification::NoticeKind;
use crate::server::storage::notifications::{NewNotification, Recipient};
use crate::server::storage::{StorageError, Tx};
use chrono::TimeDelta;
use uuid::Uuid;

/// More of the same within this time, while nobody has read it, makes one notification of more.
const OPEN: TimeDelta = TimeDelta::minutes(10);
/// So many lines are shown of many.
const LINES: usize = 5;
/// Longest line, in characters.
const LINE: usize = 300;

/// One thing that somebody is told.
#[derive(Clone, Debug)]
pub struct Item {
    pub line: String,
    /// The page that shows it.
    pub href: String,
    pub subject: Option<Uuid>,
    pub critical: bool,
}

/// What is told of one kind.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    pub kind: NoticeKind,
    /// Instead of the kind's own words; such a notification stands alone.
    pub title: Option<&'a str>,
    pub items: &'a [Item],
}

/// Tells one member. Nothing is written of a kind that they do not want.
pub async fn tell(
    tx: &mut Tx,
    workspace: WorkspaceId,
    to: &Recipient,
    told: &Told<'_>,
) -> Result<(), StorageError> {
    let (kind, wants) = (told.kind, &to.preferences);
    let (in_app, email) = (wants.in_app.contains(&kind), wants.email.contains(&kind) && !to.demo);
    let push = wants.push.contains(&kind) && to.has_browser;
    let Some(first) = told.items.first() else { return Ok(()) };
    if !in_app && !email && !push {
        return Ok(());
    }
    let now = tx.now();
    let critical = told.items.iter().any(|item| item.critical);
    let open = match told.title {
        None => tx.notification_open(workspace, to.user, kind, now - OPEN).await?,
        Some(_) => None,
    };
    let earlier = open.as_ref().map_or(0, |(_, count, _)| *count);
    let count = earlier + i64::try_from(told.items.len()).unwrap_or(i64::MAX);
    let title = told.title.map_or_else(|| kind.title_of(count), str::to_owned);
    let body = lines(open.as_ref().map_or("", |(_, _, body)| body), told.items, count);
    let new = NewNotification {
        kind,
        title: &title,
        body: &body,
        count,
        href: if count == 1 { &first.href } else { kind.place() },
        subject: first.subject.filter(|_| count == 1),
        critical,
        in_app,
    };
    let id = match open {
        Some((id, ..)) if tx.notification_grow(workspace, id, &new).await? => id,
        _ => tx.notification_insert(workspace, to.user, &new).await?,
    };
    let due_at = times::due(now, wants, critical);
    if email && tx.delivery_insert(workspace, to.user, id, due_at).await? {
        tx.enqueue(mail_job(workspace, to.user, due_at));
    }
    if push {
        for browser in tx.push_subscriptions(workspace, to.user).await? {
            if tx.push_delivery_insert(workspace, to.user, id, browser.id, due_at).await? {
                tx.enqueue(push_job(workspace, browser.id, due_at));
            }
        }
    }
    Ok(())
}

/// The first lines of `count`, those of before included, and how many more there are.
fn lines(before: &str, items: &[Item], count: i64) -> String {
    let before = before.lines().filter(|line| !is_rest(line)).map(str::to_owned);
    let new = items.iter().map(|item| short(&item.line));
    let mut shown: Vec<String> = before.chain(new).take(LINES).collect();
    let rest = count - i64::try_from(shown.len()).unwrap_or(count);
    if rest > 0 {
        shown.push(format!("{REST}{rest} more"));
    }
    shown.join("\n")
}

const REST: &str = "… and ";

fn is_rest(line: &str) -> bool {
    line.starts_with(REST)
}

/// One line of at most [`LINE`] characters.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(names: &[&str]) -> Vec<Item> {
        let item = |line: &&str| Item {
            line: (*line).to_owned(),
            href: String::new(),
            subject: None,
            critical: false,
        };
        names.iter().map(item).collect()
    }

    #[test]
    fn many_lines_are_five_and_a_rest() {
        assert_eq!(lines("", &items(&["a\nb"]), 1), "a b");
        let seven = lines("", &items(&["1", "2", "3", "4", "5", "6", "7"]), 7);
        assert_eq!(seven, "1\n2\n3\n4\n5\n… and 2 more");
        assert_eq!(lines(&seven, &items(&["8"]), 8), "1\n2\n3\n4\n5\n… and 3 more");
        assert_eq!(lines("1\n2", &items(&["3"]), 3), "1\n2\n3");
    }
}
