//! The example workspace: a firm's month of agents' work and people's decisions, made through the same services as
//! real work, with the injected clock set to when each thing happens.
//!
//! `story/` holds data and words, `cast.rs` makes the people and teams, `history.rs` plays the month, `agent.rs` is
//! the example agent that goes on from there over the public API. Nothing here is used outside the demo.

pub mod agent;
mod cast;
mod decisions;
mod dice;
mod history;
mod journey;
mod memories;
mod routine;
mod story;
mod wishes;
mod workflows;

use crate::domain::AppResult;
use crate::domain::member::Role;
use crate::domain::token::Scope;
use crate::server::actions::perform::Executors;
use crate::server::services::provisioning::{TokenHolder, token_create};
use crate::server::storage::Db;
use journey::Journey;
use story::people::{COMPANY, EMPLOYEES, ORDER_DESK};

/// How to get into the example workspace.
#[derive(Clone, Debug)]
pub struct DemoAccess {
    pub workspace: &'static str,
    /// The owner first.
    pub members: Vec<DemoMember>,
    /// Of every member.
    pub password: String,
    /// The example agent's.
    pub agent_token: String,
}

#[derive(Clone, Debug)]
pub struct DemoMember {
    pub name: &'static str,
    pub email: String,
    pub role: Role,
}

/// Fills a migrated database on which no engine runs. The clock is back where it was when this returns.
pub async fn fill(db: &Db, executors: Executors) -> AppResult<DemoAccess> {
    let password = password(db);
    let journey = Journey::new(&db.clock);
    history::play(db, executors, &journey, &password).await?;
    drop(journey);
    let scopes = [Scope::ActionsSubmit, Scope::ApprovalsRead, Scope::OutcomesReport];
    let holder = TokenHolder::Agent(ORDER_DESK.to_owned());
    let token = token_create(db, COMPANY, holder, &scopes, Some(30)).await?;
    Ok(DemoAccess {
        workspace: COMPANY,
        members: EMPLOYEES
            .iter()
            .map(|e| DemoMember { name: e.name, email: cast::address(e.login), role: e.role })
            .collect(),
        password,
        agent_token: token.token,
    })
}

/// A new one each time, of the random part of an id, so that nobody knows it who was not told.
fn password(db: &Db) -> String {
    let id = db.clock.id().simple().to_string();
    let random: Vec<&str> = [20..24, 24..28, 28..32].into_iter().filter_map(|part| id.get(part)).collect();
    format!("demo-{}", random.join("-"))
}
