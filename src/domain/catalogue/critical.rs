//! The critical types: money, deletion, contracts, and what goes to many people.

use super::{ActionSpec, Executor, Reversibility};
use crate::domain::risk::RiskLevel;

const CRITICAL: ActionSpec = ActionSpec {
    name: "",
    title: "",
    summary: "",
    risk: RiskLevel::Critical,
    reversibility: Reversibility::Irreversible,
    executor: Executor::Builtin,
    schema: "",
    example: "",
    money_fields: &[],
};

pub(super) const SPECS: [ActionSpec; 9] = [
    ActionSpec {
        name: "financial_transaction",
        title: "Move money",
        summary: "Books an amount to a counterparty as an invoice record. Integers are minor units.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["amount", "currency", "counterparty"],
            "properties": {
                "amount": {"type": ["string", "integer"], "pattern": "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "counterparty": {"type": "string", "minLength": 1, "maxLength": 200},
                "memo": {"type": "string", "maxLength": 2000}
            }
        }"#,
        example: r#"{"amount": "4000.00", "currency": "EUR", "counterparty": "Acme Ltd", "memo": "Invoice 2026-031"}"#,
        reversibility: Reversibility::Correctable,
        money_fields: &["amount"],
        ..CRITICAL
    },
    ActionSpec {
        name: "delete_data",
        title: "Delete a record",
        summary: "Deletes one record for good.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId"],
            "properties": {"recordId": {"type": "string", "format": "uuid"}}
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000001"}"#,
        ..CRITICAL
    },
    ActionSpec {
        name: "bulk_delete",
        title: "Delete several records",
        summary: "Deletes records of one kind for good.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["kind", "ids"],
            "properties": {
                "kind": {"enum": ["contact", "deal", "ticket", "task", "event", "document", "campaign", "invoice"]},
                "ids": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 500,
                    "uniqueItems": true,
                    "items": {"type": "string", "format": "uuid"}
                }
            }
        }"#,
        example: r#"{"kind": "task", "ids": ["019523e0-0000-7000-8000-000000000003", "019523e0-0000-7000-8000-000000000009"]}"#,
        ..CRITICAL
    },
    ActionSpec {
        name: "send_mass_email",
        title: "Send a mass e-mail",
        summary: "Sends one e-mail to many people, none of whom sees the others.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["to", "subject", "body"],
            "properties": {
                "to": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 500,
                    "items": {"type": "string", "format": "email", "maxLength": 254}
                },
                "replyTo": {"type": "string", "format": "email", "maxLength": 254},
                "subject": {"type": "string", "minLength": 1, "maxLength": 500, "pattern": "^[^\\r\\n]*$"},
                "body": {"type": "string", "minLength": 1, "maxLength": 100000}
            }
        }"#,
        example: r#"{"to": ["ada@northwind.example", "alan@contoso.example", "edsger@fabrikam.example"], "subject": "Our spring release", "body": "Here is what is new.", "replyTo": "news@acme.example"}"#,
        executor: Executor::Mail,
        ..CRITICAL
    },
    ActionSpec {
        name: "update_payment",
        title: "Change a payment",
        summary: "Changes an invoice: amount, status, dates or counterparty; null removes a field.",
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
                        "amount": {"type": ["string", "integer"], "pattern": "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$"},
                        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                        "counterparty": {"type": "string", "minLength": 1, "maxLength": 200},
                        "status": {"enum": ["draft", "sent", "booked", "paid", "overdue", "void"]},
                        "dueOn": {"type": ["string", "null"], "format": "date"},
                        "paidOn": {"type": ["string", "null"], "format": "date"},
                        "memo": {"type": ["string", "null"], "maxLength": 2000}
                    },
                    "if": {"properties": {"amount": {"type": "integer"}}, "required": ["amount"]},
                    "then": {"required": ["currency"]}
                }
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-00000000000a", "changes": {"status": "paid", "paidOn": "2026-04-10"}}"#,
        reversibility: Reversibility::Correctable,
        ..CRITICAL
    },
    ActionSpec {
        name: "modify_subscription",
        title: "Change a subscription",
        summary: "Changes the subscription that a deal carries: plan, seats, price, renewal.",
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
                        "plan": {"type": "string", "minLength": 1, "maxLength": 200},
                        "seats": {"type": "integer", "minimum": 0, "maximum": 1000000},
                        "billingInterval": {"enum": ["monthly", "quarterly", "yearly"]},
                        "subscriptionStatus": {"enum": ["trial", "active", "paused", "cancelled"]},
                        "value": {"type": ["string", "integer"], "pattern": "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$"},
                        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                        "renewsOn": {"type": ["string", "null"], "format": "date"}
                    },
                    "if": {"properties": {"value": {"type": "integer"}}, "required": ["value"]},
                    "then": {"required": ["currency"]}
                }
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-000000000004", "changes": {"plan": "Business", "seats": 10, "value": "490.00", "currency": "EUR"}}"#,
        reversibility: Reversibility::Correctable,
        ..CRITICAL
    },
    ActionSpec {
        name: "export_data",
        title: "Export data",
        summary: "Exports records of one kind, all or those named, and keeps a document that says so.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["kind"],
            "properties": {
                "kind": {"enum": ["contact", "deal", "ticket", "task", "event", "document", "campaign", "invoice"]},
                "ids": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 500,
                    "uniqueItems": true,
                    "items": {"type": "string", "format": "uuid"}
                },
                "format": {"enum": ["json", "csv"]},
                "purpose": {"type": "string", "minLength": 1, "maxLength": 2000}
            }
        }"#,
        example: r#"{"kind": "contact", "format": "csv", "purpose": "Yearly clean-up of addresses"}"#,
        ..CRITICAL
    },
    ActionSpec {
        name: "customer_communication",
        title: "Write to a customer",
        summary: "Sends an e-mail to a customer in the company's name.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["to", "subject", "body"],
            "properties": {
                "to": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 100,
                    "items": {"type": "string", "format": "email", "maxLength": 254}
                },
                "contactId": {"type": "string", "format": "uuid"},
                "replyTo": {"type": "string", "format": "email", "maxLength": 254},
                "subject": {"type": "string", "minLength": 1, "maxLength": 500, "pattern": "^[^\\r\\n]*$"},
                "body": {"type": "string", "minLength": 1, "maxLength": 100000}
            }
        }"#,
        example: r#"{"to": ["ada@northwind.example"], "contactId": "019523e0-0000-7000-8000-000000000001", "subject": "Your complaint of 3 April", "body": "Dear Ada, we are sorry.", "replyTo": "support@acme.example"}"#,
        executor: Executor::Mail,
        ..CRITICAL
    },
    ActionSpec {
        name: "contract_modification",
        title: "Change a contract",
        summary: "Changes a contract document: text, value, dates or party; null removes a field.",
        schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["recordId", "summary", "changes"],
            "properties": {
                "recordId": {"type": "string", "format": "uuid"},
                "summary": {"type": "string", "minLength": 1, "maxLength": 2000},
                "changes": {
                    "type": "object",
                    "additionalProperties": false,
                    "minProperties": 1,
                    "properties": {
                        "title": {"type": "string", "minLength": 1, "maxLength": 200},
                        "body": {"type": "string", "minLength": 1, "maxLength": 50000},
                        "status": {"enum": ["draft", "review", "published", "archived"]},
                        "counterparty": {"type": "string", "minLength": 1, "maxLength": 200},
                        "value": {"type": ["string", "integer"], "pattern": "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$"},
                        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                        "effectiveOn": {"type": ["string", "null"], "format": "date"},
                        "expiresOn": {"type": ["string", "null"], "format": "date"}
                    },
                    "if": {"properties": {"value": {"type": "integer"}}, "required": ["value"]},
                    "then": {"required": ["currency"]}
                }
            }
        }"#,
        example: r#"{"recordId": "019523e0-0000-7000-8000-00000000000b", "summary": "One more year at the same price", "changes": {"expiresOn": "2027-12-31"}}"#,
        reversibility: Reversibility::Correctable,
        ..CRITICAL
    },
];
