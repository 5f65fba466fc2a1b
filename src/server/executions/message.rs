//! Tasks of external agents: sent as a message, on until the agent sends its result back.

use super::Stop;
use super::work::Work;
use crate::domain::execution::{Execution, WaitsFor};
use crate::domain::ids::StepId;
use crate::domain::message::{Addressee, MessageType, Priority};
use crate::domain::text;
use crate::server::services::ctx::system_actor;
use crate::server::services::executions::result_of;
use crate::server::storage::messages::OutgoingMessage;
use crate::server::storage::{AuditEntry, Tx};
use serde_json::{Value, json};

/// The longest subject, in characters.
const SUBJECT_MAX: usize = 120;
/// The longest message, in characters.
const CONTENT_MAX: usize = 20_000;

/// What an agent is to do, and what it is given with that, as a text.
pub(super) fn task_text(execution: &Execution) -> String {
    let mut input = execution.input.clone();
    let objective = input.as_object_mut().and_then(|map| map.shift_remove("objective"));
    let objective = objective.as_ref().and_then(Value::as_str).unwrap_or(&execution.title);
    match input.as_object().is_none_or(serde_json::Map::is_empty) {
        true => objective.to_owned(),
        false => format!("{objective}\n\nInput: {input:#}"),
    }
}

impl Work {
    /// Sends the execution's objective and input to the agent and waits for its result. The agent's own limit is its
    /// inbox's: what it does not deal with becomes a dead letter, which a person can send again.
    pub(super) async fn send_task(&mut self, tx: &mut Tx, id: StepId, name: &str) -> Result<(), Stop> {
        let agent = self.agent(tx, name).await?;
        let execution = &self.running.execution;
        let content = task_text(execution);
        if content.chars().count() > CONTENT_MAX {
            return Err(format!("The task is longer than a message may be, {CONTENT_MAX} characters.").into());
        }
        let subject: String =
            execution.title.lines().next().unwrap_or_default().chars().take(SUBJECT_MAX).collect();
        let message = OutgoingMessage {
            from_agent: None,
            from_user: None,
            to: Addressee::Agent(agent.id),
            reply_to: None,
            message_type: MessageType::Task,
            priority: Priority::Normal,
            subject: &subject,
            content: &content,
        };
        let sent = tx.message_send(execution.workspace_id, &message, &[agent.id]).await?;
        let text = format!("Sent a task to {}", text::reveal_text(&agent.name));
        let mut row = AuditEntry::new(execution.workspace_id, system_actor(), "message.sent", text);
        row.agent_id = Some(agent.id);
        row.execution = Some(execution.id);
        row.result = Some(json!({ "messageId": sent, "threadId": sent, "executionId": execution.id }));
        tx.audit(row);
        self.given(id, json!({ "messageId": sent, "agent": agent.name }));
        self.wait(tx, id, WaitsFor::Event, None);
        if let Some(kept) = self.step(id) {
            kept.event = Some(result_of(sent));
        }
        Ok(())
    }
}
