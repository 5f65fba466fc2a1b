//! What people decided before on actions like this one, and what is different this time.

use leptos::prelude::*;
use serde_json::Value;

use crate::domain::ids::ApprovalId;
use crate::domain::outcome::OutcomeStatus;
use crate::domain::similar::{DataDifference, DataRow, SimilarDecision};
use crate::domain::text::reveal_text;
use crate::ui::components::{
    Card, DiffRow, DiffTable, LongText, RelativeTime, RevealedText, SegmentKind, StatusBadge,
};
use crate::ui::words::{moment, outcome_words, segments, stamp, status_words};

use super::detail_state::Shown;

/// More rows, or more characters in them, than this scroll in a place of their own.
const ROWS: usize = 12;
const CHARACTERS: usize = 2_000;

/// The last decisions on the same type of action, and what differs from the last one that was approved.
#[component]
pub fn SimilarDecisions(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let parts = shown.part(|detail| {
        let approval = &detail.approval;
        let among = match (approval.team_id, approval.agent_id) {
            (Some(_), _) => "The last decisions on this type of action in the same team.",
            (None, Some(_)) => "The last decisions on this type of action of the same agent.",
            (None, None) => "The last decisions on this type of action.",
        };
        (among, detail.similar.clone(), detail.difference.clone())
    });
    move || {
        let (among, similar, difference) = parts.get();
        view! {
            <Card title="Similar decisions" description=among>
                {if similar.is_empty() {
                    view! { <p class="text-muted">"Nobody has decided on one yet."</p> }.into_any()
                } else {
                    let decisions: Vec<_> = similar.into_iter().map(decision).collect();
                    view! { <ul aria-label="Similar decisions" class="grid gap-3">{decisions}</ul> }.into_any()
                }}
                {difference.map(differs)}
            </Card>
        }
    }
}

fn decision(similar: SimilarDecision) -> AnyView {
    let (tone, word) = status_words(similar.status);
    let by = similar.reviewer_name.map(|name| view! { "by "<RevealedText segments=segments(&name) />" " });
    // Who approved should know how it ended, where that was not well.
    let outcome = matches!(similar.outcome, OutcomeStatus::Failed | OutcomeStatus::Unknown).then(|| {
        let (tone, word) = outcome_words(similar.outcome);
        view! { <StatusBadge tone=tone label=word /> }
    });
    let notes = similar
        .review_notes
        .map(|notes| view! { <LongText label="Reason of the decision" segments=segments(&notes) /> });
    view! {
        <li class="min-w-0">
            <p class="flex flex-wrap items-baseline gap-x-2">
                <StatusBadge tone=tone label=word />
                {outcome}
                {link(similar.id, segments(&similar.sentence))}
                <span class="text-sm text-muted">
                    {by}
                    <RelativeTime datetime=stamp(similar.reviewed_at) text=moment(similar.reviewed_at) />
                </span>
            </p>
            {notes.map(|notes| view! { <div class="text-sm text-muted">{notes}</div> })}
        </li>
    }
    .into_any()
}

fn link(id: ApprovalId, words: Vec<(SegmentKind, String)>) -> AnyView {
    view! {
        <a href=format!("/approvals/{id}") class="link inline-block min-h-6 min-w-0">
            <RevealedText segments=words />
        </a>
    }
    .into_any()
}

fn differs(difference: DataDifference) -> AnyView {
    let last = link(difference.approval_id, vec![(SegmentKind::Plain, "the last approved one".to_owned())]);
    if difference.rows.is_empty() {
        return view! { <p class="mt-4">"Exactly the same data as "{last}"."</p> }.into_any();
    }
    let rows: Vec<DiffRow> = difference.rows.into_iter().map(row).collect();
    let characters = |side: &Option<Vec<(SegmentKind, String)>>| {
        side.iter().flatten().map(|(_, text)| text.chars().count()).sum::<usize>()
    };
    let long = rows.len() > ROWS
        || rows.iter().map(|row| characters(&row.before) + characters(&row.after)).sum::<usize>()
            > CHARACTERS;
    let more = (difference.more > 0)
        .then(|| view! { <p class="mt-2 text-sm text-muted">{format!("And {} more.", difference.more)}</p> });
    let table = view! { <DiffTable caption="What differs from the last approved one" rows=rows /> };
    view! {
        <h3 class="mt-4 mb-1 text-sm font-medium">"What differs from "{last}</h3>
        {if long {
            // It scrolls, so the keyboard must reach it.
            view! {
                <div
                    tabindex="0"
                    role="region"
                    aria-label="What differs from the last approved one"
                    class="max-h-96 overflow-auto rounded-control border border-line"
                >
                    {table}
                </div>
            }
                .into_any()
        } else {
            table.into_any()
        }}
        {more}
    }
    .into_any()
}

/// Texts as they are, where that is clear; else JSON, so that `"1"` and `1` do not look the same.
fn row(row: DataRow) -> DiffRow {
    let sides = [&row.before, &row.after];
    let clear =
        sides.into_iter().flatten().all(|value| value.as_str().is_some_and(|text| !text.trim().is_empty()));
    let words = |value: &Value| match value {
        Value::String(text) if clear => segments(text),
        other => segments(&serde_json::to_string_pretty(other).unwrap_or_default()),
    };
    DiffRow {
        field: reveal_text(&row.path),
        before: row.before.as_ref().map(words),
        after: row.after.as_ref().map(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(before: Option<Value>, after: Option<Value>) -> DiffRow {
        row(DataRow { path: "x".to_owned(), pointer: "/x".to_owned(), before, after })
    }

    #[test]
    fn what_differs_never_looks_the_same() {
        let values = [
            json!("1"),
            json!(1),
            json!(""),
            json!("\"\""),
            json!(" "),
            json!(null),
            json!("null"),
            json!([]),
            json!("[]"),
        ];
        for before in &values {
            for after in values.iter().filter(|after| *after != before) {
                let row = shown(Some(before.clone()), Some(after.clone()));
                assert_ne!(row.before, row.after, "{before} {after}");
            }
        }
        assert_eq!(shown(None, Some(json!("a"))).after, Some(segments("a")));
        assert_eq!(shown(Some(json!(1)), None).before, Some(segments("1")));
    }
}
