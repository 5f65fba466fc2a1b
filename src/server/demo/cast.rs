//! Setting up the company: workspace, people, agents, teams, its own action types. And acting as one of them.

use super::story::people::{
    ADMIN, BOOK_COURIER, COMPANY, CREWS, DOMAIN, EMPLOYEES, OPERATIONS, OPERATOR, OWNER, RESERVE_STOCK,
};
use crate::domain::action_type::{CustomExecutor, NewActionType, ReclassActionType};
use crate::domain::agent::NewAgent;
use crate::domain::canonical::Data;
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, SessionId, TeamId, TokenId, UserId, WorkspaceId};
use crate::domain::member::NewMember;
use crate::domain::risk::RiskLevel;
use crate::domain::team::{NewTeam, NewTeamMember};
use crate::domain::token::Scope;
use crate::domain::workspace::InternalDomains;
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{
    Administer, Allowed, Credential, Holder, Permit, Principal, RequestCtx, WriteAgents, WriteTeams,
    system_actor,
};
use crate::server::services::provisioning::{AdminCreate, admin_create};
use crate::server::services::{action_types, agents, members, teams, workspaces};
use crate::server::storage::{AuditEntry, Db};
use serde_json::json;
use std::collections::HashMap;

/// Seconds that a member's low and medium decisions are held, as every new member has it.
const HOLD_SECONDS: i64 = 10;

/// Who is in the story, once they exist.
pub struct Cast {
    pub workspace: WorkspaceId,
    people: Vec<UserId>,
    agents: HashMap<&'static str, (AgentId, UserId)>,
    teams: HashMap<&'static str, TeamId>,
    /// Stands for the sessions and tokens of the story, which nobody can use.
    credential: uuid::Uuid,
}

impl Cast {
    /// Acts as one of [`EMPLOYEES`].
    pub fn person<P: Permit>(&self, index: usize) -> AppResult<Allowed<P>> {
        let (Some(employee), Some(&user_id)) = (EMPLOYEES.get(index), self.people.get(index)) else {
            return Err(AppError::not_found("member"));
        };
        self.allow(
            Holder::Human {
                user_id,
                name: employee.name.to_owned(),
                role: employee.role,
                hold_seconds: HOLD_SECONDS,
            },
            Credential::Session(SessionId(self.credential)),
        )
    }

    /// Acts as an agent of the story.
    pub fn agent<P: Permit>(&self, name: &str) -> AppResult<Allowed<P>> {
        let &(agent_id, owner) = self.agents.get(name).ok_or_else(|| AppError::not_found("agent"))?;
        let scopes = vec![Scope::ActionsSubmit, Scope::ApprovalsRead, Scope::OutcomesReport, Scope::Memory];
        self.allow(
            Holder::Agent { agent_id, name: name.to_owned(), owner_id: Some(owner) },
            Credential::Token { id: TokenId(self.credential), scopes },
        )
    }

    pub fn agent_id(&self, name: &str) -> Option<AgentId> {
        self.agents.get(name).map(|&(id, _)| id)
    }

    pub fn team(&self, name: &str) -> Option<TeamId> {
        self.teams.get(name).copied()
    }

    fn allow<P: Permit>(&self, holder: Holder, credential: Credential) -> AppResult<Allowed<P>> {
        let principal = Principal { workspace_id: self.workspace, holder, credential };
        RequestCtx { principal, request_id: "demo".to_owned(), idempotency_key: None }.allow()
    }
}

pub fn address(login: &str) -> String {
    format!("{login}@{DOMAIN}")
}

/// Makes everybody. All members have the same password.
pub async fn assemble(db: &Db, password: &str) -> AppResult<Cast> {
    let mut tx = db.begin().await?;
    let workspace = tx.workspace_insert(COMPANY, true).await?;
    let text = format!("The example workspace {COMPANY} was made");
    tx.audit(AuditEntry::new(workspace, system_actor(), "workspace.created", text));
    tx.emit(workspace, Topic::Workspace, workspace.0);
    tx.commit().await?;

    let owner = &EMPLOYEES[OWNER];
    let created = AdminCreate {
        email: address(owner.login),
        name: Some(owner.name.to_owned()),
        workspace: COMPANY.to_owned(),
        password: password.to_owned(),
        role: owner.role,
    };
    let first = admin_create(db, created).await?.user_id;
    let mut cast = Cast {
        workspace,
        people: vec![first],
        agents: HashMap::new(),
        teams: HashMap::new(),
        credential: db.clock.id(),
    };
    let by: Allowed<Administer> = cast.person(OWNER)?;
    for employee in EMPLOYEES.iter().skip(1) {
        let new = NewMember {
            email: address(employee.login),
            name: employee.name.to_owned(),
            role: employee.role,
            password: password.to_owned(),
        };
        cast.people.push(members::member_create(&by, db, new).await?.user_id);
    }
    let domains = InternalDomains { domains: vec![DOMAIN.to_owned()] };
    workspaces::internal_domains_set(&by, db, domains).await?;
    own_types(db, &by).await?;
    crews(db, &mut cast).await?;
    Ok(cast)
}

async fn crews(db: &Db, cast: &mut Cast) -> AppResult<()> {
    let agents_by: Allowed<WriteAgents> = cast.person(OWNER)?;
    let teams_by: Allowed<WriteTeams> = cast.person(OPERATOR)?;
    for crew in &CREWS {
        let new = NewTeam {
            name: crew.name.to_owned(),
            description: crew.about.to_owned(),
            department: crew.department,
            autonomy_level: crew.autonomy,
            approval_required: crew.always_asks.iter().map(|&name| name.to_owned()).collect(),
            required_approvals: 1,
        };
        let team = teams::team_create(&teams_by, db, new).await?.id;
        cast.teams.insert(crew.name, team);
        // Whoever owns an agent cannot approve what it asks for, so the two who run them are not its reviewers.
        let owner = cast.people[if crew.name == OPERATIONS { ADMIN } else { OPERATOR }];
        for (place, bot) in crew.bots.iter().enumerate() {
            let new = NewAgent {
                name: bot.name.to_owned(),
                description: bot.about.to_owned(),
                kind: bot.kind,
                owner_id: Some(owner),
            };
            let agent = agents::agent_create(&agents_by, db, new).await?.id;
            cast.agents.insert(bot.name, (agent, owner));
            let member = NewTeamMember { agent_id: agent, role: bot.role, priority: 90 - 20 * place as i64 };
            teams::team_member_add(&teams_by, db, team, member).await?;
        }
    }
    Ok(())
}

/// Types of the company's own, and two eyes more on money and on deletion in bulk.
async fn own_types(db: &Db, by: &Allowed<Administer>) -> AppResult<()> {
    let reserve = json!({
        "type": "object", "additionalProperties": false, "required": ["sku", "quantity", "orderRef"],
        "properties": {
            "sku": {"type": "string", "pattern": "^HI-[A-Z0-9]{2,12}$"},
            "quantity": {"type": "integer", "minimum": 1, "maximum": 50},
            "orderRef": {"type": "string", "minLength": 1, "maxLength": 40},
            "until": {"type": "string", "format": "date"},
        },
    });
    let courier = json!({
        "type": "object", "additionalProperties": false, "required": ["orderRef", "pickupOn", "destination"],
        "properties": {
            "orderRef": {"type": "string", "minLength": 1, "maxLength": 40},
            "pickupOn": {"type": "string", "format": "date"},
            "destination": {"type": "string", "minLength": 1, "maxLength": 200},
            "parcels": {"type": "integer", "minimum": 1, "maximum": 40},
            "service": {"enum": ["standard", "express", "tail lift"]},
        },
    });
    for (name, title, risk_level, schema) in [
        (RESERVE_STOCK, "Reserve stock in the warehouse", RiskLevel::Medium, reserve),
        (BOOK_COURIER, "Book a courier", RiskLevel::High, courier),
    ] {
        let new = NewActionType {
            name: name.to_owned(),
            title: title.to_owned(),
            risk_level,
            schema: Some(Data::from_value(schema)?),
            executor: CustomExecutor::Agent,
            webhook_id: None,
            required_approvals: 1,
        };
        action_types::action_type_create(by, db, new).await?;
    }
    for name in ["financial_transaction", "bulk_delete"] {
        let two = ReclassActionType { risk_level: RiskLevel::Critical, required_approvals: 2 };
        action_types::action_type_reclass(by, db, name, two, None).await?;
    }
    Ok(())
}
