//! Messages: what agents send each other, and people send them.
//!
//! A message goes to one agent or to all agents of a team, each of whom has a [`MessageDelivery`] of its own. An agent
//! takes what waits for it, and says when it has dealt with it; until then it is handed out again (at least once).

use super::approval::{ActorKind, ActorRef};
use super::ids::{AgentId, MessageId, TeamId};
use super::text;
use super::{AppError, AppResult};
use crate::wire_enum;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

wire_enum! {
    #[derive(Default)]
    pub enum MessageType {
        Task = "task",
        Result = "result",
        #[default]
        Context = "context",
        Handoff = "handoff",
        Status = "status",
        Query = "query",
    }
}

wire_enum! {
    #[derive(Default)]
    pub enum Priority {
        Low = "low",
        #[default]
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
    }
}

wire_enum! {
    /// How far a message has come: as far as the last of those it is for.
    pub enum MessageStatus {
        Pending = "pending",
        Delivered = "delivered",
        Read = "read",
        Processed = "processed",
    }
}

wire_enum! {
    /// How far it has come with one agent.
    pub enum DeliveryStatus {
        /// Waits to be taken.
        Pending = "pending",
        /// Was handed out, and will be again unless the agent says that it is processed.
        Delivered = "delivered",
        /// The agent works on it.
        Read = "read",
        Processed = "processed",
        /// Given up: handed out too often, or too old. A person can send it again.
        Dead = "dead",
    }
}

wire_enum! {
    /// What an agent says of a message that it took.
    pub enum Acknowledgement {
        /// It works on it and needs time.
        Read = "read",
        /// It is done with it.
        Processed = "processed",
        /// It could not deal with it; it is handed out again later.
        Failed = "failed",
    }
}

/// A message that was handed out so often and is not processed is dead.
pub const ATTEMPTS: i64 = 10;
/// After this long without being processed it is dead.
pub const LASTS: TimeDelta = TimeDelta::days(7);
/// Handed out and not heard of: so long until it is handed out again.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);
/// The same once the agent says that it works on it.
pub const WORK: TimeDelta = TimeDelta::minutes(15);
/// One agent takes at most so many at once.
pub const TAKE_MAX: i64 = 50;

/// What becomes of a delivery: its status, and the time from now until it is handed out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    pub status: DeliveryStatus,
    pub again_in: TimeDelta,
}

impl DeliveryStatus {
    /// Whether it is still to be dealt with.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Delivered | Self::Read)
    }

    /// After an acknowledgement, where `attempts` times it was handed out. `Ok(None)`: it says nothing new, as a
    /// repeat of it would. An error: the message was given up, and only that it is processed can still be said.
    pub fn acknowledged(self, said: Acknowledgement, attempts: i64) -> Result<Option<Acknowledged>, GivenUp> {
        let becomes = |status, again_in| Ok(Some(Acknowledged { status, again_in }));
        match (self, said) {
            (Self::Processed, _) => Ok(None),
            (_, Acknowledgement::Processed) => becomes(Self::Processed, TimeDelta::zero()),
            (Self::Dead, _) => Err(GivenUp),
            (_, Acknowledgement::Read) => becomes(Self::Read, WORK),
            (_, Acknowledgement::Failed) if attempts >= ATTEMPTS => becomes(Self::Dead, TimeDelta::zero()),
            (_, Acknowledgement::Failed) => becomes(Self::Pending, pause_after(attempts)),
        }
    }
}

/// It is among the dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenUp;

/// Ten seconds after the first failure, twice as long after each, at most an hour.
fn pause_after(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or(0);
    TimeDelta::seconds((10_i64 << doublings).min(3_600))
}

/// One message, as its readers see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: MessageId,
    /// The first message of its thread; its own id where it is the first.
    pub thread_id: MessageId,
    pub reply_to_id: Option<MessageId>,
    pub from: ActorRef,
    pub to_agent_id: Option<AgentId>,
    pub to_team_id: Option<TeamId>,
    /// The agent's or the team's name; `null` where a person is answered, who reads the thread.
    pub to_name: Option<String>,
    #[serde(rename = "type")]
    pub message_type: MessageType,
    pub priority: Priority,
    pub status: MessageStatus,
    pub subject: String,
    pub content: String,
    pub created_at: DateTime<Utc>,
    /// Of the first message of a thread: how many others it has, and when the last was added.
    pub replies: i64,
    pub thread_at: Option<DateTime<Utc>>,
    /// To an agent only its own, and those of what it sent.
    pub deliveries: Vec<MessageDelivery>,
}

/// How a message fares with one agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageDelivery {
    pub agent_id: AgentId,
    pub agent_name: String,
    pub status: DeliveryStatus,
    /// How often it was handed out.
    pub attempts: i64,
    /// When it is handed out again, while it is neither processed nor dead.
    pub due_at: DateTime<Utc>,
    /// What the agent said last of a failure, or why it was given up or taken back.
    pub error: Option<String>,
    pub updated_at: DateTime<Utc>,
}

/// A message to an agent, to a team, or in answer to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewMessage {
    /// Either this or `toTeamId`; neither in an answer, which goes to whoever sent what it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_agent_id: Option<AgentId>,
    /// All of its agents but the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_team_id: Option<TeamId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to_id: Option<MessageId>,
    /// `context` when absent.
    #[serde(rename = "type")]
    pub message_type: MessageType,
    /// `normal` when absent.
    pub priority: Priority,
    /// One line; of an answer that of the thread when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[validate(custom(function = "text::remark"))]
    pub content: String,
}

impl Message {
    /// The agent that sent it, if one did.
    pub fn sender(&self) -> Option<AgentId> {
        (self.from.kind == ActorKind::Agent).then_some(AgentId(self.from.id))
    }
}

/// Whom a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    Agent(AgentId),
    /// All of its agents but the sender.
    Team(TeamId),
    /// Whoever reads the thread: a person is answered.
    People,
}

impl Addressee {
    pub const fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent(agent) => Some(agent),
            Self::Team(_) | Self::People => None,
        }
    }

    pub const fn team(self) -> Option<TeamId> {
        match self {
            Self::Team(team) => Some(team),
            Self::Agent(_) | Self::People => None,
        }
    }
}

impl NewMessage {
    /// Whom it is for, where it answers `answered`; or at which field it does not say so.
    pub fn addressee(&self, answered: Option<&Message>) -> AppResult<Addressee> {
        match (self.to_agent_id, self.to_team_id, answered) {
            (Some(_), Some(_), _) => {
                Err(AppError::invalid("/toTeamId", "send it to an agent or to a team, not to both"))
            }
            (Some(agent), None, _) => Ok(Addressee::Agent(agent)),
            (None, Some(team), _) => Ok(Addressee::Team(team)),
            (None, None, Some(answered)) => Ok(answered.sender().map_or(Addressee::People, Addressee::Agent)),
            (None, None, None) => Err(AppError::invalid("/toAgentId", "say which agent or team it is for")),
        }
    }
}

/// Which messages are listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct MessageFilter {
    /// `true`: the first message of each thread, the thread that was added to last first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<String>,
    /// The messages of one thread, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// What an agent sent or was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// What was sent to a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// A message's status, or `dead` for what at least one agent never dealt with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// `nextCursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What an agent takes out of its inbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TakeMessages {
    /// At most so many: 1 to 50, 10 when absent.
    #[validate(range(min = 1, max = 50, message = "must be between 1 and 50"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// What an agent says of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledge {
    pub status: Acknowledgement,
    /// Of a failure: what was wrong.
    #[validate(custom(function = "text::note"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Which agent's delivery is sent again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Redeliver {
    pub agent_id: AgentId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
        proptest::sample::select(all)
    }

    proptest! {
        /// Whatever an agent says, and however often: what is processed stays so, and nothing else comes back to life.
        #[test]
        fn processed_is_the_end(
            said in proptest::collection::vec((any(Acknowledgement::ALL), 0_i64..20), 1..30),
        ) {
            let mut status = DeliveryStatus::Pending;
            let mut was_processed = false;
            for (said, attempts) in said {
                match status.acknowledged(said, attempts) {
                    Ok(Some(next)) => {
                        prop_assert!(!was_processed);
                        prop_assert!(status != DeliveryStatus::Dead || next.status == DeliveryStatus::Processed);
                        prop_assert!(next.again_in >= TimeDelta::zero() && next.again_in <= TimeDelta::hours(1));
                        // Saying it again changes nothing that the first did not.
                        if said == Acknowledgement::Processed {
                            prop_assert_eq!(next.status.acknowledged(said, attempts), Ok(None));
                        }
                        status = next.status;
                    }
                    Ok(None) => prop_assert_eq!(status, DeliveryStatus::Processed),
                    Err(GivenUp) => prop_assert_eq!(status, DeliveryStatus::Dead),
                }
                was_processed |= status == DeliveryStatus::Processed;
            }
        }
    }

    #[test]
    fn failures_wait_longer_each_time_and_then_are_given_up() {
        let after = |attempts| {
            let next = DeliveryStatus::Delivered.acknowledged(Acknowledgement::Failed, attempts);
            next.unwrap().map(|next| (next.status, next.again_in.num_seconds())).unwrap()
        };
        assert_eq!(after(1), (DeliveryStatus::Pending, 10));
        assert_eq!(after(4), (DeliveryStatus::Pending, 80));
        assert_eq!(after(ATTEMPTS - 1), (DeliveryStatus::Pending, 2_560));
        assert_eq!(after(ATTEMPTS), (DeliveryStatus::Dead, 0));
    }

    fn sent_by(kind: ActorKind) -> Message {
        let id = uuid::Uuid::from_u128(7);
        Message {
            id: MessageId(id),
            thread_id: MessageId(id),
            reply_to_id: None,
            from: ActorRef { kind, id, name: "Scout".to_owned() },
            to_agent_id: None,
            to_team_id: None,
            to_name: None,
            message_type: MessageType::Query,
            priority: Priority::Normal,
            status: MessageStatus::Pending,
            subject: "Quote".to_owned(),
            content: "Which one?".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
            replies: 0,
            thread_at: None,
            deliveries: Vec::new(),
        }
    }

    #[test]
    fn a_message_is_for_one_agent_one_team_or_whom_it_answers() {
        let (agent, team) = (AgentId(uuid::Uuid::from_u128(1)), TeamId(uuid::Uuid::from_u128(2)));
        let (asked, person) = (sent_by(ActorKind::Agent), sent_by(ActorKind::User));
        let to = |to_agent_id, to_team_id| NewMessage { to_agent_id, to_team_id, ..NewMessage::default() };
        let wrong = |message: NewMessage| message.addressee(None).unwrap_err().errors()[0].pointer.clone();
        assert_eq!(to(Some(agent), None).addressee(Some(&asked)).unwrap(), Addressee::Agent(agent));
        assert_eq!(to(None, Some(team)).addressee(None).unwrap(), Addressee::Team(team));
        assert_eq!(to(None, None).addressee(Some(&asked)).unwrap(), Addressee::Agent(AgentId(asked.from.id)));
        assert_eq!(to(None, None).addressee(Some(&person)).unwrap(), Addressee::People);
        assert_eq!(wrong(to(None, None)), "/toAgentId");
        assert_eq!(wrong(to(Some(agent), Some(team))), "/toTeamId");
    }
}
