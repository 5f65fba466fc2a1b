//! The high-risk types: others see them, or they change what the business counts on.

use super::{ActionSpec, Executor, Reversibility};
use crate::domain::risk::RiskLevel;

const HIGH: ActionSpec = ActionSpec {
    name: "",
    title: "",
    summary: "",
    risk: RiskLevel::High,
    reversibility: Reversibility::Reversible,
    executor: Executor::Builtin,
    schema: "",
    example: "",
    money_fields: &[],
};

pub(super) const SPECS: [ActionSpec; 9] = [
    ActionSpec {
        name: "send_email",
        title: "Send an e-mail",
        summary: "Sends one e-mail; every recipient sees the others.",
        schema: r##"{
            "type": "object",
            "additionalProperties": false,
            "required": ["to", "subject", "body"],
            "properties": {
                "to": {"$ref": "#/$defs/addresses"},
                "cc": {"$ref": "#/$defs/addresses"},
                "replyTo": {"type": "string", "format": "email", "maxLength": 254},
                "subject": {"type": "string", "minLength": 1, "maxLength": 500, "pattern": "^[^\\r\\n]*$"},
                "body": {"type": "string", "minLength": 1, "maxLength": 100000}
            },
            "$defs": {
                "addresses": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 100,
                    "items": {"type": "string", "format": "email", "maxLength": 254}
                }
            }
        }"##,
        example: r#"{"to": ["ada@northwind.example"], "subject": "Quote 12", "body": "Dear Ada,\n\nplease find our quote below.", "cc": ["grace@acme.example"], "replyTo": "sales@acme.example"}"#,
        reversibility: Reversibility::Irreversible,
        executor: Executor::Mail,
        ..HIGH
    },
    ActionSpec {
        name: "send_message",
        title: "Send a message to an agent",
        summary: "Sends a message to an agent or to a team.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["content"],
            "properties": {
                "agentId": {"type": "string", "format": "uuid"},
                "teamId": {"type": "string", "format": "uuid"},
                "messageType": {"enum": ["task", "result", "context", "handoff", "status", "query"]},
                "priority": {"enum": ["low", "normal", "high", "urgent"]},
                "content": {"type": "string", "minLength": 1, "maxLength": 20000}
            },
            "oneOf": [{"required": ["agentId"]}, {"required": ["teamId"]}]
        }"#,
        example: r#"{"teamId": "019523e0-0000-7000-8000-000000000005", "messageType": "handoff", "priority": "high", "content": "Northwind asks for an invoice copy; please take over."}"#,
        reversibility: Reversibility::Correctable,
        ..HIGH
    },
    ActionSpec {
        name: "schedule_meeting",
        title: "Schedule a meeting",
        summary: "Puts a meeting into the calendar; invitations are not sent.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["title", "startsAt", "endsAt", "attendees"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 200},
                "startsAt": {"type": "string", "format": "date-time"},
                "endsAt": {"type": "string", "format": "date-time"},
                "attendees": {
                    "type": "array",
                    "maxItems": 100,
                    "items": {"type": "string", "format": "email", "maxLength": 254}
                }
            }
        }"#,
        example: r#"{"title": "Northwind kick-off", "startsAt": "2026-04-14T09:00:00Z", "endsAt": "2026-04-14T10:00:00Z", "attendees": ["ada@northwind.example", "grace@acme.example"]}"#,
        ..HIGH
    },
    ActionSpec {
        name: "update_calendar",
        title: "Update an event",
        summary: "Changes an event of the calendar; null removes a field.",
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
                        "startsAt": {"type": "string", "format": "date-time"},
                        "endsAt": {"type": "string", "format": "date-time"},
                        "attendees": {
                            "type": ["array", "null"],
                            "maxItems": 100,
                            "items": {"type": "string", "format": "email", "maxLength": 254}
                        },
                        "location": {"type": ["string", "null"], "maxLength": 500},
                        "description": {"type": ["string", "null"], "maxLength": 10000},
                        "status": {"enum": ["scheduled", "cancelled", "done"]}
                    }
                }
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000006", "changes": {"startsAt": "2026-04-15T09:00:00Z", "endsAt": "2026-04-15T10:00:00Z"}}"#,
        ..HIGH
    },
    ActionSpec {
        name: "modify_contact",
        title: "Change a contact",
        summary: "Changes fields of a contact; null removes one, title is the contact's name.",
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
                        "email": {"type": ["string", "null"], "format": "email", "maxLength": 254},
                        "phone": {"type": ["string", "null"], "minLength": 3, "maxLength": 40},
                        "company": {"type": ["string", "null"], "maxLength": 500},
                        "jobTitle": {"type": ["string", "null"], "maxLength": 500},
                        "source": {"type": ["string", "null"], "maxLength": 500},
                        "owner": {"type": ["string", "null"], "maxLength": 500},
                        "address": {"type": ["string", "null"], "maxLength": 2000}
                    }
                }
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000001", "changes": {"email": "ada.lovelace@northwind.example", "phone": null}}"#,
        ..HIGH
    },
    ActionSpec {
        name: "update_deal_value",
        title: "Change a deal's value",
        summary: "Sets the value of a deal.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId", "value"],
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "value": {"type": ["string", "integer"], "pattern": "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}
            },
            "if": {"properties": {"value": {"type": "integer"}}},
            "then": {"required": ["currency"]}
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000004", "value": "12000.00", "currency": "EUR"}"#,
        money_fields: &["value"],
        ..HIGH
    },
    ActionSpec {
        name: "change_pipeline_stage",
        title: "Change a deal's stage",
        summary: "Moves a deal to another stage of the pipeline.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId", "stage"],
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "stage": {"enum": ["lead", "qualified", "discovery", "proposal", "negotiation", "won", "lost"]}
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000004", "stage": "won"}"#,
        ..HIGH
    },
    ActionSpec {
        name: "external_api_call",
        title: "Call an outside system",
        summary: "Sends a signed payload to a webhook of this workspace.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["webhookId", "payload"],
            "properties": {
                "webhookId": {"type": "string", "format": "uuid"},
                "payload": {"type": "object"}
            }
        }"#,
        example: r#"{"webhookId": "019523e0-0000-7000-8000-000000000007", "payload": {"event": "stock.reserve", "sku": "A-100", "quantity": 4}}"#,
        reversibility: Reversibility::Irreversible,
        executor: Executor::Webhook,
        ..HIGH
    },
    ActionSpec {
        name: "publish_content",
        title: "Publish content",
        summary: "Marks a text as published on a channel: a draft that is named, or a new document.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["title", "body", "channel"],
            "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 200},
                "body": {"type": "string", "minLength": 1, "maxLength": 50000},
                "channel": {"type": "string", "minLength": 1, "maxLength": 200},
                "recordId": {"type": "string", "format": "uuid"}
            }
        }"#,
        example: r#"{"title": "Spring release", "body": "Our spring release is here.", "channel": "blog", "recordId": "019523e0-0000-7000-8000-000000000008"}"#,
        reversibility: Reversibility::Correctable,
        ..HIGH
    },
];
