//! One sentence per action: what will happen, with the records that it is about called by their names.

use super::effects::StatusSubject;
use super::input::{Action, ExportData, Letter};
use crate::domain::canonical::Data;
use crate::domain::ids::RecordId;
use crate::domain::money;
use crate::domain::record::{Record, RecordKind};
use crate::domain::record_kinds;
use serde_json::{Map, Value};

/// Longer texts are cut in a sentence; the facts and the data show them whole.
const QUOTE_MAX: usize = 120;

/// The sentence without a look at records. Never empty.
pub fn sentence(action_type: &str, title_if_custom: Option<&str>, data: &Data) -> String {
    told(action_type, title_if_custom, data, &Names(None))
}

/// The sentence with the records of [`super::record_ids`] as they are.
pub fn sentence_about(
    action_type: &str,
    title_if_custom: Option<&str>,
    data: &Data,
    records: &[Record],
) -> String {
    let lookup = |id| records.iter().find(|record| record.id == id).cloned();
    told(action_type, title_if_custom, data, &Names(Some(&lookup)))
}

fn told(action_type: &str, title_if_custom: Option<&str>, data: &Data, names: &Names<'_>) -> String {
    match Action::parse(action_type, data) {
        Some(Ok(action)) => of_action(&action, names),
        Some(Err(_)) | None => generic(action_type, title_if_custom),
    }
}

/// For types that are not built in, and for data that does not fit.
pub(super) fn generic(action_type: &str, title_if_custom: Option<&str>) -> String {
    match (super::find(action_type), title_if_custom) {
        (Some(spec), _) => format!("{} ({action_type}), with data that does not fit this type", spec.title),
        (None, Some(title)) if !title.trim().is_empty() => {
            format!("Perform {} ({action_type})", quote(title))
        }
        (None, _) => format!("Perform {}, an action type of your own", quote(action_type)),
    }
}

type Lookup<'a> = &'a dyn Fn(RecordId) -> Option<Record>;

/// How records are called: by title where they were looked up.
pub(super) struct Names<'a>(pub Option<Lookup<'a>>);

impl Names<'_> {
    pub fn record(&self, id: RecordId) -> Option<Record> {
        self.0.and_then(|lookup| lookup(id))
    }

    fn the(&self, id: RecordId, noun: &str) -> String {
        match (self.0.is_some(), self.record(id)) {
            (_, Some(record)) => format!("the {} {}", record.kind, clip(&record.title)),
            (true, None) => format!("{} that does not exist", article(noun)),
            (false, None) => article(noun),
        }
    }

    fn kind(&self, id: RecordId, kind: RecordKind) -> String {
        self.the(id, kind.as_str())
    }

    /// `from proposal to won`, or `to won` where the value now is not known.
    fn moved(&self, id: RecordId, field: &str, after: &str) -> String {
        let before = self.record(id).and_then(|record| shown(&record, field));
        match before {
            Some(before) => format!("from {} to {after}", clip(&before)),
            None => format!("to {after}"),
        }
    }
}

pub(super) fn of_action(action: &Action, names: &Names<'_>) -> String {
    use RecordKind as K;
    match action {
        Action::ReadData(a) => format!("Read {}", names.the(a.record_id, "record")),
        Action::ListItems(a) => {
            let matching = a.query.as_ref().map(|q| format!(" that match {}", quote(q))).unwrap_or_default();
            format!("List up to {} {}s{matching}", a.limit.unwrap_or(50), a.kind)
        }
        Action::GetStatus(a) if a.subject == StatusSubject::Workspace => {
            "Look up the status of the workspace".to_owned()
        }
        Action::GetStatus(a) => format!("Look up the status of {}", article(a.subject.as_str())),
        Action::LogActivity(a) => format!("Log {}", quote(&a.message)),
        Action::ContinueWorkflow(a) => format!("Go on with the workflow: {}", quote(&a.question)),
        Action::UpdateInternalNote(a) => {
            format!("Replace the internal notes of {}", names.the(a.record_id, "record"))
        }
        Action::FetchAnalytics(a) => {
            let whose = a.department.map_or("all departments", |d| d.as_str());
            format!("Read the figures of {whose} from {} to {}", clip(&a.from), clip(&a.to))
        }
        Action::CheckAvailability(a) => {
            format!("Look up the calendar from {} to {}", clip(&a.from), clip(&a.to))
        }
        Action::RetrieveMemory(a) => format!("Search the memory for {}", quote(&a.query)),
        Action::StoreContext(a) => format!("Store {} in the shared memory", quote(&a.content)),
        Action::CreateTask(a) => {
            let whom = a.assignee.as_ref().map(|who| format!(" for {}", clip(who))).unwrap_or_default();
            format!("Create the task {}{whom}", quote(&a.title))
        }
        Action::UpdateTask(a) => changed(&a.changes, K::Task, &names.kind(a.record_id, K::Task)),
        Action::CreateNote(a) => format!("Create the note {}", quote(&a.title)),
        Action::UpdateCrmField(a) => {
            let record = names.record(a.record_id);
            let what = label(record.as_ref().map(|r| r.kind), &a.field);
            let whose = names.the(a.record_id, "record");
            if a.value.is_null() {
                return format!("Remove {what} of {whose}");
            }
            let after = clip(&plain(&a.value)).to_owned();
            format!("Change {what} of {whose} {}", names.moved(a.record_id, &a.field, &quote(&after)))
        }
        Action::SendInternalNotification(a) => {
            let whom = match (&a.user_ids, a.role) {
                (Some(users), _) => count(users.len(), "member"),
                (None, Some(role)) => format!("every {role}"),
                (None, None) => "all members".to_owned(),
            };
            format!("Notify {whom}: {}", quote(&a.title))
        }
        Action::ScheduleReminder(a) => {
            let whom = a.assignee.as_ref().map(|who| format!("{} ", clip(who))).unwrap_or_default();
            format!("Remind {whom}of {} at {}", quote(&a.title), clip(&a.remind_at))
        }
        Action::TagContact(a) => {
            let part = |verb: &str, tags: &[String]| {
                let tags: Vec<_> = tags.iter().map(|tag| quote(tag)).collect();
                (!tags.is_empty()).then(|| format!("{verb} {}", and(&tags)))
            };
            let parts: Vec<_> =
                [part("add", &a.add), part("remove", &a.remove)].into_iter().flatten().collect();
            let what = if parts.is_empty() { "nothing".to_owned() } else { and(&parts) };
            format!("Tags of {}: {what}", names.kind(a.record_id, K::Contact))
        }
        Action::UpdateLeadStatus(a) => {
            let change = names.moved(a.record_id, "status", clip(&a.status));
            format!("Change lead status of {} {change}", names.kind(a.record_id, K::Contact))
        }
        Action::CreateDraft(a) => format!("Create the draft {}", quote(&a.title)),
        Action::SendEmail(a) | Action::CustomerCommunication(a) => {
            format!("Send {} to {}", quote(&a.subject), recipients(a))
        }
        Action::SendMassEmail(a) => {
            format!("Send {} as a mass e-mail to {}", quote(&a.subject), recipients(a))
        }
        Action::SendMessage(a) => {
            let whom = if a.team_id.is_some() { "a team" } else { "an agent" };
            format!("Send {whom} the message {}", quote(&a.content))
        }
        Action::ScheduleMeeting(a) => {
            let whom = count(a.attendees.len(), "attendee");
            format!("Schedule {} with {whom} at {}", quote(&a.title), clip(&a.starts_at))
        }
        Action::UpdateCalendar(a) => changed(&a.changes, K::Event, &names.kind(a.record_id, K::Event)),
        Action::ModifyContact(a) => changed(&a.changes, K::Contact, &names.kind(a.record_id, K::Contact)),
        Action::UpdateDealValue(a) => {
            let record = names.record(a.record_id);
            let currency = a.currency.clone().or_else(|| record.as_ref().and_then(currency));
            let after = money::show(&a.value, currency.as_deref());
            let change = names.moved(a.record_id, "value", &after);
            format!("Change the value of {} {change}", names.kind(a.record_id, K::Deal))
        }
        Action::ChangePipelineStage(a) => {
            let change = names.moved(a.record_id, "stage", clip(&a.stage));
            format!("Change the stage of {} {change}", names.kind(a.record_id, K::Deal))
        }
        Action::ExternalApiCall(_) => "Send a payload to an outside system".to_owned(),
        Action::PublishContent(a) => format!("Publish {} on {}", quote(&a.title), clip(&a.channel)),
        Action::FinancialTransaction(a) => {
            let amount = money::show(&a.amount, Some(&a.currency));
            match amount.strip_prefix('-') {
                Some(amount) => format!("Take back {amount} from {}", clip(&a.counterparty)),
                None => format!("Move {amount} to {}", clip(&a.counterparty)),
            }
        }
        Action::DeleteData(a) => format!("Delete {}", names.the(a.record_id, "record")),
        Action::BulkDelete(a) => format!("Delete {}", count(a.ids.len(), a.kind.as_str())),
        Action::UpdatePayment(a) => changed(&a.changes, K::Invoice, &names.kind(a.record_id, K::Invoice)),
        Action::ModifySubscription(a) => changed(&a.changes, K::Deal, &names.kind(a.record_id, K::Deal)),
        Action::ExportData(a) => {
            format!("Export {} as {}", export_scope(a), a.format.map_or("json", |format| format.as_str()))
        }
        Action::ContractModification(a) => {
            let whose = names.the(a.record_id, "contract");
            format!("{}: {}", changed(&a.changes, K::Document, &whose), clip(&a.summary))
        }
    }
}

/// `12 contacts` or `all contacts`.
pub(super) fn export_scope(input: &ExportData) -> String {
    match &input.ids {
        Some(ids) => count(ids.len(), input.kind.as_str()),
        None => format!("all {}s", input.kind),
    }
}

pub(super) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn recipients(letter: &Letter) -> String {
    match (letter.to.as_slice(), letter.cc.as_slice()) {
        ([only], []) => clip(only).to_owned(),
        (to, cc) => count(to.len() + cc.len(), "recipient"),
    }
}

/// One change is told whole, several by their fields.
fn changed(changes: &Map<String, Value>, kind: RecordKind, whose: &str) -> String {
    let labels: Vec<_> = changes.keys().map(|name| label(Some(kind), name)).collect();
    let mut values = changes.iter();
    match (values.next(), values.next()) {
        (Some((_, Value::Null)), None) => format!("Remove {} of {whose}", and(&labels)),
        (Some((name, value)), None) => {
            let after = show_field(kind, name, value, None).unwrap_or_default();
            format!("Change {} of {whose} to {}", and(&labels), clip(&after))
        }
        _ => format!("Change {} of {whose}", and(&labels)),
    }
}

/// The field's label in a sentence, of any kind where the kind is not known; its name where there is no such field.
fn label(kind: Option<RecordKind>, name: &str) -> String {
    let of = |kind| record_kinds::field(kind, name);
    let field = match kind {
        Some(kind) => of(kind),
        None => RecordKind::ALL.iter().find_map(|&kind| of(kind)),
    };
    match field {
        Some(field) => {
            let mut chars = field.label.chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
        None => clip(name).to_owned(),
    }
}

fn and(parts: &[String]) -> String {
    match parts {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if an { "an" } else { "a" })
}

/// A field of a record as a person reads it; `None` where it is empty.
pub(super) fn shown(record: &Record, field: &str) -> Option<String> {
    if field == "title" {
        return Some(record.title.clone());
    }
    show_field(record.kind, field, record.data.get(field)?, currency(record).as_deref())
}

pub(super) fn show_field(
    kind: RecordKind,
    field: &str,
    value: &Value,
    currency: Option<&str>,
) -> Option<String> {
    let is_money =
        record_kinds::field(kind, field).is_some_and(|spec| spec.kind == record_kinds::FieldKind::Money);
    match value {
        Value::Null => None,
        value if is_money => Some(money::show(value, currency)),
        value => Some(plain(value)),
    }
}

fn currency(record: &Record) -> Option<String> {
    record.data.get("currency").and_then(Value::as_str).map(str::to_owned)
}

/// Text as it is, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn quote(text: &str) -> String {
    format!("\"{}\"", clip(text))
}

/// The beginning of a long text, at a character's boundary.
fn clip(text: &str) -> &str {
    text.char_indices().nth(QUOTE_MAX).map_or(text, |(end, _)| &text[..end])
}
