//! What is said to a model and what it says.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Who it is and what the rules are.
    pub system: String,
    pub turns: Vec<Turn>,
    pub tools: Vec<Tool>,
}

/// After a model's turn with calls follow their results, all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    User(String),
    Model(Answer),
    Results(Vec<ToolResult>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments, an object.
    pub schema: Value,
}

/// One turn of a model: it is over when it calls no tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// By which the endpoint knows the result as that of this call.
    pub id: String,
    pub name: String,
    pub arguments: Map<String, Value>,
    /// What an endpoint wants back with the call, and nobody else reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult {
    pub id: String,
    pub name: String,
    pub content: String,
}
