//! The low-risk types: they read, or write what only agents read.

use super::{ActionSpec, Executor, Reversibility};
use crate::domain::risk::RiskLevel;

const LOW: ActionSpec = ActionSpec {
    name: "",
    title: "",
    summary: "",
    risk: RiskLevel::Low,
    reversibility: Reversibility::Reversible,
    executor: Executor::Builtin,
    schema: "",
    example: "",
    money_fields: &[],
};

pub(super) const SPECS: [ActionSpec; 10] = [
    ActionSpec {
        name: "read_data",
        title: "Read a record",
        summary: "Reads one record.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId"],
            "properties": {"recordId": {"type": "string", "format": "uuid"}}
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000001"}"#,
        ..LOW
    },
    ActionSpec {
        name: "list_items",
        title: "List records",
        summary: "Lists records of one kind, newest first, at most 50 unless a limit says otherwise.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["kind"],
            "properties": {
                "kind": {"enum": ["contact", "deal", "ticket", "task", "event", "document", "campaign", "invoice"]},
                "query": {"type": "string", "minLength": 1, "maxLength": 200},
                "limit": {"type": "integer", "minimum": 1, "maximum": 200}
            }
        }"#,
        example: r#"{"kind": "deal", "query": "Northwind", "limit": 20}"#,
        ..LOW
    },
    ActionSpec {
        name: "get_status",
        title: "Look up a status",
        summary: "Reads the status of the workspace, or of one team, agent, approval or execution.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["subject"],
            "properties": {
                "subject": {"enum": ["workspace", "team", "agent", "approval", "execution"]},
                "id": {"type": "string", "format": "uuid"}
            },
            "if": {"properties": {"subject": {"const": "workspace"}}},
            "then": {"properties": {"id": false}},
            "else": {"required": ["id"]}
        }"#,
        example: r#"{"subject": "approval", "id": "019523e0-0000-7000-8000-000000000002"}"#,
        ..LOW
    },
    ActionSpec {
        name: "continue_workflow",
        title: "Go on with a workflow",
        summary: "Answers a workflow's question whether to go on. It changes nothing by itself.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["question"],
            "properties": {
                "question": {"type": "string", "minLength": 1, "maxLength": 10000},
                "details": {"type": "object"}
            }
        }"#,
        example: r#"{"question": "Send the proposal to Northwind?", "details": {"amount": "4000.00 EUR"}}"#,
        reversibility: Reversibility::Correctable,
        ..LOW
    },
    ActionSpec {
        name: "log_activity",
        title: "Log an activity",
        summary: "Writes a line into the audit log.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["message"],
            "properties": {"message": {"type": "string", "minLength": 1, "maxLength": 10000}}
        }"#,
        example: r#"{"message": "Called Ada Lovelace, who asked for a quote by Friday"}"#,
        reversibility: Reversibility::Correctable,
        ..LOW
    },
    ActionSpec {
        name: "update_internal_note",
        title: "Update an internal note",
        summary: "Replaces the internal notes of a record.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId", "note"],
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "note": {"type": "string", "maxLength": 10000}
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000001", "note": "Prefers a call before noon"}"#,
        ..LOW
    },
    ActionSpec {
        name: "fetch_analytics",
        title: "Fetch analytics",
        summary: "Reads a department's figures for a span of time.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["from", "to"],
            "properties": {
                "from": {"type": "string", "format": "date-time"},
                "to": {"type": "string", "format": "date-time"},
                "department": {"enum": ["sales", "marketing", "support", "operations", "finance", "product", "general"]}
            }
        }"#,
        example: r#"{"from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z", "department": "sales"}"#,
        ..LOW
    },
    ActionSpec {
        name: "check_availability",
        title: "Check availability",
        summary: "Lists the events of the calendar in a span of time.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["from", "to"],
            "properties": {
                "from": {"type": "string", "format": "date-time"},
                "to": {"type": "string", "format": "date-time"}
            }
        }"#,
        example: r#"{"from": "2026-04-14T08:00:00Z", "to": "2026-04-14T17:00:00Z"}"#,
        ..LOW
    },
    ActionSpec {
        name: "retrieve_memory",
        title: "Search the memory",
        summary: "Searches the memory that the agent sees: its own, its teams' and the workspace's. What it finds counts as read.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["query"],
            "properties": {
                "query": {"type": "string", "minLength": 1, "maxLength": 500},
                "limit": {"type": "integer", "minimum": 1, "maximum": 100}
            }
        }"#,
        example: r#"{"query": "Northwind pricing", "limit": 10}"#,
        ..LOW
    },
    ActionSpec {
        name: "store_context",
        title: "Store context",
        summary: "Puts something into the memory: the team's, or where there is no team the agent's own.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["content"],
            "properties": {
                "content": {"type": "string", "minLength": 1, "maxLength": 20000},
                "tier": {"enum": ["short_term", "medium_term", "long_term"]},
                "category": {"enum": ["context", "pattern", "preference", "knowledge", "relationship"]},
                "importance": {"type": "integer", "minimum": 0, "maximum": 100}
            }
        }"#,
        example: r#"{"content": "Northwind decides on suppliers in May", "tier": "long_term", "category": "knowledge", "importance": 60}"#,
        ..LOW
    },
];
