//! What a reviewer must not miss, read from the plan: everyone who receives, every amount, every target, in full.

use super::effects::{Audience, Effect, MailDraft, MessageTo, ReadQuery};
use super::sentence::{Names, plain, show_field};
use crate::domain::approval::Fact;
use crate::domain::canonical::Data;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordKind;
use crate::domain::record_kinds::{self, FieldKind};
use serde_json::Value;

/// Top-level values of a custom type's data that are shown as facts.
const MAX_RAW: usize = 100;

pub(super) fn fact(label: &str, value: impl Into<String>) -> Fact {
    Fact { label: label.to_owned(), value: value.into() }
}

pub(super) fn of_effect(effect: &Effect, names: &Names<'_>, facts: &mut Vec<Fact>) {
    match effect {
        Effect::CreateRecord { kind, title, data } => {
            facts.push(fact("New", kind.as_str()));
            facts.push(fact("Title", title));
            fields(*kind, data, names, facts);
        }
        Effect::PatchRecord { id, expect_kind, .. } => {
            facts.push(target(*id, names));
            facts.extend(mismatch(*id, *expect_kind, names));
        }
        Effect::TagRecord { id, expect_kind, .. } => {
            facts.push(target(*id, names));
            facts.extend(mismatch(*id, Some(*expect_kind), names));
        }
        Effect::DeleteRecord { id } => facts.push(target(*id, names)),
        Effect::DeleteRecords { kind, ids } => {
            for (index, id) in ids.iter().enumerate() {
                // Only so many records are looked up; the rest is named by id.
                if index < super::MAX_PREVIEW_RECORDS {
                    facts.push(target(*id, names));
                    facts.extend(mismatch(*id, Some(*kind), names));
                } else {
                    facts.push(fact("Record", id.to_string()));
                }
            }
        }
        Effect::StoreMemory { tier, category, content, importance } => {
            facts.push(fact("Tier", tier.as_str()));
            facts.push(fact("Category", category.as_str()));
            facts.push(fact("Importance", importance.to_string()));
            facts.push(fact("Text", content));
        }
        Effect::SendMessage { to, message_type, priority, content } => {
            facts.push(match to {
                MessageTo::Agent(id) => fact("To agent", id.to_string()),
                MessageTo::Team(id) => fact("To team", id.to_string()),
            });
            facts.push(fact("Type", message_type.as_str()));
            facts.push(fact("Priority", priority.as_str()));
            facts.push(fact("Text", content));
        }
        Effect::Notify { to, title, body } => {
            match to {
                Audience::Everyone => facts.push(fact("To", "all members")),
                Audience::Role(role) => facts.push(fact("To", format!("every {role}"))),
                Audience::Users(users) => facts.extend(users.iter().map(|id| fact("To", id.to_string()))),
            }
            facts.push(fact("Title", title));
            facts.push(fact("Text", body));
        }
        Effect::Mail(draft) => mail(draft, facts),
        Effect::Webhook { webhook_id, payload } => {
            facts.push(fact("Webhook", webhook_id.to_string()));
            facts.push(fact("Payload", payload.canonical()));
        }
        Effect::Read(query) => read(query, names, facts),
        Effect::Log { message } => facts.push(fact("Text", message)),
    }
}

fn mail(draft: &MailDraft, facts: &mut Vec<Fact>) {
    for (label, addresses) in [("To", &draft.to), ("Cc", &draft.cc), ("Bcc", &draft.bcc)] {
        facts.extend(addresses.iter().map(|address| fact(label, address)));
    }
    facts.extend(draft.reply_to.iter().map(|address| fact("Reply to", address)));
    facts.push(fact("Subject", &draft.subject));
    facts.push(fact("Text", &draft.body));
}

fn read(query: &ReadQuery, names: &Names<'_>, facts: &mut Vec<Fact>) {
    match query {
        ReadQuery::Record { id } => facts.push(target(*id, names)),
        ReadQuery::List { kind, q, limit } => {
            facts.push(fact("Kind", kind.as_str()));
            facts.extend(q.iter().map(|q| fact("Search", q)));
            facts.push(fact("At most", limit.to_string()));
        }
        ReadQuery::Status { subject, id } => {
            facts.push(fact("Subject", subject.as_str()));
            facts.extend(id.iter().map(|id| fact("Id", id.to_string())));
        }
        ReadQuery::Analytics { from, to, department } => {
            facts.push(fact("From", from.to_rfc3339()));
            facts.push(fact("To", to.to_rfc3339()));
            facts.extend(department.iter().map(|d| fact("Department", d.as_str())));
        }
        ReadQuery::Availability { from, to } => {
            facts.push(fact("From", from.to_rfc3339()));
            facts.push(fact("To", to.to_rfc3339()));
        }
        ReadQuery::Memory { query, limit } => {
            facts.push(fact("Search", query));
            facts.push(fact("At most", limit.to_string()));
        }
        ReadQuery::Export { kind, ids, format } => {
            facts.push(fact("Kind", kind.as_str()));
            facts.push(fact("Format", format.as_str()));
            match ids {
                Some(ids) => facts.extend(ids.iter().map(|id| fact("Record", id.to_string()))),
                None => facts.push(fact("Records", "all")),
            }
        }
    }
}

/// The fields of a new record, in the order of its kind. Every address is a fact of its own.
fn fields(kind: RecordKind, data: &Data, names: &Names<'_>, facts: &mut Vec<Fact>) {
    let currency = data.get("currency").and_then(Value::as_str);
    for spec in record_kinds::fields(kind) {
        let Some(value) = data.get(spec.name) else { continue };
        match (spec.kind, value) {
            (FieldKind::Emails, Value::Array(list)) => {
                facts.extend(list.iter().map(|address| fact(spec.label, plain(address))));
            }
            (FieldKind::AnyReference | FieldKind::Reference(_), Value::String(id)) => {
                let title = id.parse().ok().and_then(|id| names.record(id)).map(|record| record.title);
                facts.push(fact(spec.label, title.unwrap_or_else(|| id.clone())));
            }
            _ => facts
                .extend(show_field(kind, spec.name, value, currency).map(|shown| fact(spec.label, shown))),
        }
    }
}

/// The record that an effect is about, by kind and title.
pub(super) fn target(id: RecordId, names: &Names<'_>) -> Fact {
    match names.record(id) {
        Some(record) => fact("Record", format!("{} ({})", record.title, record.kind)),
        None => fact("Record", format!("{id}, which does not exist")),
    }
}

fn mismatch(id: RecordId, expected: Option<RecordKind>, names: &Names<'_>) -> Option<Fact> {
    let (record, expected) = (names.record(id)?, expected?);
    let other = record.kind != expected;
    other.then(|| fact("Problem", format!("{} is a {}, not a {expected}", record.title, record.kind)))
}

/// The data of a type that is not built in, or that does not fit, value by value.
pub(super) fn raw(data: &Data) -> Vec<Fact> {
    data.as_map().iter().take(MAX_RAW).map(|(key, value)| fact(key, plain(value))).collect()
}
