//! The medium-risk types: they change our own records in ways that are easy to see and to put right.

use super::{ActionSpec, Executor, Reversibility};
use crate::domain::risk::RiskLevel;

const MEDIUM: ActionSpec = ActionSpec {
    name: "",
    title: "",
    summary: "",
    risk: RiskLevel::Medium,
    reversibility: Reversibility::Reversible,
    executor: Executor::Builtin,
    schema: "",
    example: "",
    money_fields: &[],
};

pub(super) const SPECS: [ActionSpec; 9] = [
    ActionSpec {
        name: "create_task",
        title: "Create a task",
        summary: "Creates an open task.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["title"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": {"type": "string", "maxLength": 10000},
                "dueAt": {"type": "string", "format": "date-time"},
                "assignee": {"type": "string", "minLength": 1, "maxLength": 200}
            }
        }"#,
        example: r#"{"title": "Send Northwind the revised quote", "description": "Ten seats instead of eight", "dueAt": "2026-04-17T15:00:00Z", "assignee": "Grace Hopper"}"#,
        ..MEDIUM
    },
    ActionSpec {
        name: "update_task",
        title: "Update a task",
        summary: "Changes fields of a task; null removes one.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId", "changes"],
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "changes": {
                    "type": "object",
                    "additionalProperties": false,
                    "minProperties": 1,
                    "properties": {
                        "title": {"type": "string", "minLength": 1, "maxLength": 200},
                        "description": {"type": ["string", "null"], "maxLength": 10000},
                        "status": {"enum": ["open", "in_progress", "done", "cancelled"]},
                        "priority": {"enum": ["low", "normal", "high", "urgent", null]},
                        "dueAt": {"type": ["string", "null"], "format": "date-time"},
                        "assignee": {"type": ["string", "null"], "minLength": 1, "maxLength": 200}
                    }
                }
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000003", "changes": {"status": "done", "dueAt": null}}"#,
        ..MEDIUM
    },
    ActionSpec {
        name: "create_note",
        title: "Create a note",
        summary: "Creates a note, about a record if one is named.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["title", "body"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 200},
                "body": {"type": "string", "minLength": 1, "maxLength": 50000},
                "recordId": {"type": "string", "format": "uuid"}
            }
        }"#,
        example: r#"{"title": "Call with Northwind", "body": "They compare us with two others.", "recordId": "019523e0-0000-7000-8000-000000000004"}"#,
        ..MEDIUM
    },
    ActionSpec {
        name: "update_crm_field",
        title: "Update a field",
        summary: "Sets one field of a record; null removes it.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId", "field", "value"],
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "field": {"type": "string", "minLength": 1, "maxLength": 60},
                "value": {
                    "type": ["string", "integer", "null", "array"],
                    "maxLength": 20000,
                    "maxItems": 100,
                    "items": {"type": "string", "maxLength": 254}
                }
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000001", "field": "jobTitle", "value": "Head of purchasing"}"#,
        ..MEDIUM
    },
    ActionSpec {
        name: "send_internal_notification",
        title: "Notify members",
        summary: "Notifies members of this workspace: those named, those with a role, or all.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["title"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 200},
                "body": {"type": "string", "maxLength": 10000},
                "role": {"enum": ["owner", "admin", "operator", "reviewer", "viewer"]},
                "userIds": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 100,
                    "uniqueItems": true,
                    "items": {"type": "string", "format": "uuid"}
                }
            },
            "not": {"required": ["role", "userIds"]}
        }"#,
        example: r#"{"title": "Three tickets breach their deadline today", "body": "All are about the invoice import.", "role": "operator"}"#,
        reversibility: Reversibility::Correctable,
        ..MEDIUM
    },
    ActionSpec {
        name: "schedule_reminder",
        title: "Schedule a reminder",
        summary: "Creates a task with a time at which it reminds.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["title", "remindAt"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 200},
                "remindAt": {"type": "string", "format": "date-time"},
                "note": {"type": "string", "maxLength": 10000},
                "assignee": {"type": "string", "minLength": 1, "maxLength": 200},
                "recordId": {"type": "string", "format": "uuid"}
            }
        }"#,
        example: r#"{"title": "Ask Ada about the pilot", "remindAt": "2026-04-20T08:00:00Z", "recordId": "019523e0-0000-7000-8000-000000000001"}"#,
        ..MEDIUM
    },
    ActionSpec {
        name: "tag_contact",
        title: "Tag a contact",
        summary: "Adds tags to a contact and removes others.",
        schema: r##"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId"],
            "minProperties": 2,
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "add": {"$ref": "#/$defs/tags"},
                "remove": {"$ref": "#/$defs/tags"}
            },
            "$defs": {
                "tags": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 50,
                    "uniqueItems": true,
                    "items": {"type": "string", "minLength": 1, "maxLength": 50}
                }
            }
        }"##,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000001", "add": ["spring-fair"], "remove": ["cold"]}"#,
        ..MEDIUM
    },
    ActionSpec {
        name: "update_lead_status",
        title: "Update a lead's status",
        summary: "Sets the lead status of a contact.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId", "status"],
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "status": {"enum": ["new", "contacted", "qualified", "nurturing", "unqualified", "customer", "lost"]}
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000001", "status": "qualified"}"#,
        ..MEDIUM
    },
    ActionSpec {
        name: "create_draft",
        title: "Create a draft",
        summary: "Creates a draft document that nobody outside sees.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["title", "body"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 200},
                "body": {"type": "string", "minLength": 1, "maxLength": 50000},
                "recordId": {"type": "string", "format": "uuid"}
            }
        }"#,
        example: r#"{"title": "Spring newsletter", "body": "What is new in our spring release."}"#,
        ..MEDIUM
    },
];
