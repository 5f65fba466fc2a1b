//! What will happen, in words and as a change: the sentence, the facts, before → after, and the words to type.
//! All of it comes from the plan that the server performs, so that what is shown is what is executed.

use super::effects::Effect;
use super::input::{Action, Letter};
use super::sentence::{self, Names, count, show_field, shown};
use super::{Reversibility, facts, find, plan};
use crate::domain::approval::{Change, Fact, Preview};
use crate::domain::canonical::Data;
use crate::domain::ids::RecordId;
use crate::domain::money;
use crate::domain::record::Record;
use crate::domain::{record_kinds, text};
use serde_json::Value;

/// A preview looks up at most this many records.
pub const MAX_PREVIEW_RECORDS: usize = 50;
/// Nobody types more.
const TARGET_MAX: usize = 60;

/// The preview of an action. `record` gives a record as it is now; only those of [`record_ids`] are asked for.
/// `title_if_custom` is the title of a type that the workspace registered.
pub fn preview(
    action_type: &str,
    title_if_custom: Option<&str>,
    data: &Data,
    record: &dyn Fn(RecordId) -> Option<Record>,
) -> Preview {
    let names = Names(Some(record));
    let spec = find(action_type);
    let reversibility = spec.map_or(Reversibility::Irreversible, |spec| spec.reversibility);
    let title = spec.map(|spec| spec.title).or(title_if_custom).unwrap_or(action_type);
    let fallback = typeable(&title.to_lowercase()).unwrap_or_else(|| "approve".to_owned());
    let Some(Ok(action)) = Action::parse(action_type, data) else {
        return Preview {
            sentence: sentence::generic(action_type, title_if_custom),
            facts: facts::raw(data),
            changes: vec![],
            reversibility,
            target: fallback,
        };
    };
    let (mut found, mut changes): (Vec<Fact>, Vec<Change>) = (more_facts(&action, &names), vec![]);
    match plan(action_type, data) {
        Ok(effects) => {
            for effect in &effects {
                facts::of_effect(effect, &names, &mut found);
                changed(effect, &names, &mut changes);
            }
        }
        Err(error) => {
            found.push(facts::fact("Problem", format!("This cannot be performed: {error}")));
            found.extend(facts::raw(data));
        }
    }
    Preview {
        sentence: sentence::of_action(&action, &names),
        facts: found,
        changes,
        reversibility,
        target: target(&action, &names).and_then(|words| typeable(&words)).unwrap_or(fallback),
    }
}

/// The records that the preview of an action asks for: each once, at most [`MAX_PREVIEW_RECORDS`].
pub fn record_ids(action_type: &str, data: &Data) -> Vec<RecordId> {
    let Some(Ok(action)) = Action::parse(action_type, data) else {
        return vec![];
    };
    match action {
        Action::BulkDelete(mut a) => {
            a.ids.truncate(MAX_PREVIEW_RECORDS);
            a.ids
        }
        other => single(&other).into_iter().collect(),
    }
}

/// The one record that an action is about.
fn single(action: &Action) -> Option<RecordId> {
    match action {
        Action::ReadData(a) | Action::DeleteData(a) => Some(a.record_id),
        Action::UpdateInternalNote(a) => Some(a.record_id),
        Action::UpdateTask(a)
        | Action::UpdateCalendar(a)
        | Action::ModifyContact(a)
        | Action::UpdatePayment(a)
        | Action::ModifySubscription(a) => Some(a.record_id),
        Action::UpdateCrmField(a) => Some(a.record_id),
        Action::TagContact(a) => Some(a.record_id),
        Action::UpdateLeadStatus(a) => Some(a.record_id),
        Action::UpdateDealValue(a) => Some(a.record_id),
        Action::ChangePipelineStage(a) => Some(a.record_id),
        Action::ContractModification(a) => Some(a.record_id),
        Action::CreateNote(a) | Action::CreateDraft(a) => a.record_id,
        Action::ScheduleReminder(a) => a.record_id,
        Action::PublishContent(a) => a.record_id,
        Action::CustomerCommunication(a) => a.contact_id,
        _ => None,
    }
}

/// What the plan does not carry and a reviewer needs.
fn more_facts(action: &Action, names: &Names<'_>) -> Vec<Fact> {
    match action {
        Action::CustomerCommunication(Letter { contact_id: Some(id), .. }) => vec![facts::target(*id, names)],
        Action::ScheduleMeeting(_) => {
            vec![facts::fact("What happens", "an event is created; no invitation is sent")]
        }
        Action::FinancialTransaction(_) => {
            vec![facts::fact("What happens", "an invoice record is booked; no bank is called")]
        }
        Action::PublishContent(_) => {
            vec![facts::fact("What happens", "a document is marked as published; no outside site is called")]
        }
        Action::ContractModification(a) => vec![facts::fact("Summary", &a.summary)],
        _ => vec![],
    }
}

fn changed(effect: &Effect, names: &Names<'_>, changes: &mut Vec<Change>) {
    match effect {
        Effect::PatchRecord { id, title, patch, expect_kind } => {
            let record = names.record(*id);
            let kind = record.as_ref().map(|record| record.kind).or(*expect_kind);
            let now = |field: &str| record.as_ref().and_then(|record| shown(record, field));
            if let Some(title) = title {
                changes.push(change(*id, "title", now("title"), Some(title.clone())));
            }
            let currency = patch
                .get("currency")
                .or_else(|| record.as_ref().and_then(|record| record.data.get("currency")))
                .and_then(Value::as_str);
            for (field, value) in patch.as_map() {
                let after = match kind {
                    Some(kind) => show_field(kind, field, value, currency),
                    None => (!value.is_null()).then(|| sentence::plain(value)),
                };
                changes.push(change(*id, field, now(field), after));
            }
        }
        Effect::TagRecord { id, add, remove, .. } => {
            let record = names.record(*id);
            let before = record.as_ref().and_then(|record| record.data.get("tags"));
            let mut tags: Vec<&str> =
                before.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            tags.extend(add.iter().map(String::as_str));
            let mut kept: Vec<&str> = vec![];
            for tag in tags {
                if !kept.contains(&tag) && !remove.iter().any(|gone| gone == tag) {
                    kept.push(tag);
                }
            }
            let after = (!kept.is_empty()).then(|| Value::from(kept).to_string());
            changes.push(change(*id, "tags", before.map(Value::to_string), after));
        }
        Effect::DeleteRecord { id } => {
            if let Some(record) = names.record(*id) {
                let fields = record_kinds::fields(record.kind).iter().map(|field| field.name);
                for field in std::iter::once("title").chain(fields) {
                    if let Some(before) = shown(&record, field) {
                        changes.push(change(*id, field, Some(before), None));
                    }
                }
            }
        }
        Effect::DeleteRecords { ids, .. } => {
            for id in ids.iter().take(MAX_PREVIEW_RECORDS) {
                if let Some(record) = names.record(*id) {
                    changes.push(change(*id, "title", Some(record.title), None));
                }
            }
        }
        _ => {}
    }
}

fn change(id: RecordId, field: &str, before: Option<String>, after: Option<String>) -> Change {
    Change { record_id: Some(id), field: field.to_owned(), before, after }
}

/// The words that name what an action is about, to be typed before a critical one can be approved.
fn target(action: &Action, names: &Names<'_>) -> Option<String> {
    match action {
        Action::FinancialTransaction(a) => {
            typeable(&a.counterparty).or_else(|| Some(money::show(&a.amount, Some(&a.currency))))
        }
        Action::SendEmail(a) | Action::SendMassEmail(a) | Action::CustomerCommunication(a) => {
            match (a.to.as_slice(), a.cc.as_slice()) {
                ([only], []) => Some(only.clone()),
                (to, cc) => Some(count(to.len() + cc.len(), "recipient")),
            }
        }
        Action::BulkDelete(a) => Some(format!("delete {}", count(a.ids.len(), a.kind.as_str()))),
        Action::ExportData(a) => Some(format!("export {}", sentence::export_scope(a))),
        Action::ScheduleMeeting(a) => Some(a.title.clone()),
        Action::PublishContent(a) => Some(a.title.clone()),
        other => single(other).and_then(|id| names.record(id)).map(|record| record.title),
    }
}

/// Words that a person can type and see: short, one line, nothing hidden, no spaces around them.
fn typeable(words: &str) -> Option<String> {
    let words = words.trim();
    let plain = text::name(words).is_ok() && words.chars().count() <= TARGET_MAX;
    plain.then(|| words.to_owned())
}
