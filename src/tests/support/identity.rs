//! A workspace with a person of every role, an agent, and their credentials, written straight into storage.

use countersign::domain::agent::{AgentKind, NewAgent};
use countersign::domain::ids::{AgentId, SessionId, TokenId, UserId, WorkspaceId};
use countersign::domain::member::Role;
use countersign::domain::token::Scope;
use countersign::server::services::ctx::{Allowed, Credential, Holder, Permit, Principal, RequestCtx};
use countersign::server::services::{passwords, secrets::Secret};
use countersign::server::storage::Db;
use countersign::server::storage::tokens::{TokenFor, TokenInsert};
use std::collections::HashMap;
use tokio::sync::OnceCell;

/// Of every person.
pub const PASSWORD: &str = "correct horse battery staple";

/// One hash for all, because each takes time.
pub async fn password_hash() -> &'static str {
    static HASH: OnceCell<String> = OnceCell::const_new();
    HASH.get_or_init(|| async {
        passwords::hash(passwords::turn().await.unwrap(), PASSWORD.to_owned()).await.unwrap().1
    })
    .await
}

pub struct Person {
    pub user_id: UserId,
    pub email: String,
    pub session_id: SessionId,
    /// The value of the session cookie.
    pub session: String,
}

pub struct Fixture {
    pub db: Db,
    pub workspace: WorkspaceId,
    pub people: HashMap<Role, Person>,
    pub agent_id: AgentId,
    pub agent_name: String,
    pub agent_token_id: TokenId,
    /// A bearer token with every scope that an agent may have.
    pub agent_token: String,
}

impl Fixture {
    /// Makes the workspace `name`, whose people are `owner@<name>.example` and so on.
    pub async fn new(db: &Db, name: &str) -> Self {
        let hash = password_hash().await;
        let mut tx = db.begin().await.unwrap();
        let workspace = tx.workspace_insert(name, false).await.unwrap();
        let mut people = HashMap::new();
        for &role in Role::ALL {
            let email = format!("{role}@{name}.example");
            let user_id = tx.user_insert(&email, &format!("{name} {role}"), hash).await.unwrap();
            tx.member_insert(workspace, user_id, role).await.unwrap();
            let secret = Secret::link().unwrap();
            let expires_at = tx.now() + chrono::TimeDelta::days(14);
            let session_id = tx.session_insert(workspace, user_id, &secret.hash, expires_at).await.unwrap();
            people.insert(role, Person { user_id, email, session_id, session: secret.text });
        }
        let agent_name = format!("{name} agent");
        let agent = NewAgent {
            name: agent_name.clone(),
            description: String::new(),
            kind: AgentKind::External,
            owner_id: Some(people[&Role::Operator].user_id),
        };
        let agent_id = tx.agent_insert(workspace, &agent).await.unwrap();
        let secret = Secret::token().unwrap();
        let agent_token_id = tx
            .token_insert(TokenInsert {
                workspace_id: workspace,
                name: "Fixture",
                token_hash: &secret.hash,
                holder: TokenFor::Agent(agent_id),
                scopes: &Self::agent_scopes(),
                expires_at: tx.now() + chrono::TimeDelta::days(365),
            })
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Self {
            db: db.clone(),
            workspace,
            people,
            agent_id,
            agent_name,
            agent_token_id,
            agent_token: secret.text,
        }
    }

    pub fn agent_scopes() -> Vec<Scope> {
        Scope::ALL.iter().copied().filter(|scope| scope.is_for_agents()).collect()
    }

    pub fn person(&self, role: Role) -> &Person {
        &self.people[&role]
    }

    /// A request of the person with this role, by session.
    pub fn ctx(&self, role: Role) -> RequestCtx {
        let person = self.person(role);
        request(Principal {
            workspace_id: self.workspace,
            holder: Holder::Human {
                user_id: person.user_id,
                name: format!("The {role}"),
                role,
                hold_seconds: 10,
            },
            credential: Credential::Session(person.session_id),
        })
    }

    /// A request of the agent.
    pub fn agent_ctx(&self) -> RequestCtx {
        request(Principal {
            workspace_id: self.workspace,
            holder: Holder::Agent {
                agent_id: self.agent_id,
                name: self.agent_name.clone(),
                owner_id: Some(self.person(Role::Operator).user_id),
            },
            credential: Credential::Token { id: self.agent_token_id, scopes: Self::agent_scopes() },
        })
    }

    /// Proof of a permission that the role must have.
    pub fn allow<P: Permit>(&self, role: Role) -> Allowed<P> {
        self.ctx(role).allow().unwrap()
    }

    /// As the owner, who may do everything that a person may.
    pub fn owner<P: Permit>(&self) -> Allowed<P> {
        self.allow(Role::Owner)
    }

    /// How many audit rows and events the workspace has.
    pub async fn traces(&self) -> (i64, i64) {
        let mut conn = self.db.read().await.unwrap();
        let args = || vec![self.workspace.into()];
        let audit = "SELECT COUNT(*) FROM agent_action_audit_log WHERE workspace_id = $1";
        let (audit,): (i64,) = conn.fetch_one(audit, args()).await.unwrap();
        let events = "SELECT COUNT(*) FROM events WHERE workspace_id = $1";
        let (events,): (i64,) = conn.fetch_one(events, args()).await.unwrap();
        (audit, events)
    }
}

fn request(principal: Principal) -> RequestCtx {
    RequestCtx { principal, request_id: "test".to_owned(), idempotency_key: None }
}
