//! API tokens, and what the command line makes.

use crate::db::databases;
use crate::identity::{Fixture, PASSWORD};
use chrono::TimeDelta;
use countersign::domain::agent::{AgentStatus, PatchAgent};
use countersign::domain::ids::AgentId;
use countersign::domain::member::{Permission, Role};
use countersign::domain::page::PageQuery;
use countersign::domain::token::{NewToken, Scope};
use countersign::domain::{AppError, AppResult};
use countersign::server::services::ctx::{Allowed, Credential, OwnAccount, RequestCtx};
use countersign::server::services::provisioning::{self, AdminCreate, TokenHolder};
use countersign::server::services::{accounts, agents, authentication, tokens};
use countersign::server::storage::Db;

fn new_token(agent_id: Option<AgentId>, scopes: &[Scope]) -> NewToken {
    NewToken { name: "CI".into(), agent_id, scopes: scopes.to_vec(), expires_in_days: Some(2) }
}

async fn authenticate(db: &Db, token: &str) -> AppResult<RequestCtx> {
    let principal = authentication::authenticate_bearer(db, token).await?;
    Ok(RequestCtx { principal, request_id: String::new(), idempotency_key: None })
}

#[tokio::test]
async fn a_persons_token_is_bounded_by_the_role_and_lapses() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let scopes = [Scope::ApprovalsDecide, Scope::Teams, Scope::Account];
        let reviewer: Allowed<OwnAccount> = acme.allow(Role::Reviewer);
        let created = tokens::token_create(&reviewer, &db, new_token(None, &scopes)).await.unwrap();
        assert!(created.token.starts_with("cs_") && created.token.len() == 46, "{}", created.token);
        let ctx = authenticate(&db, &created.token).await.unwrap();
        assert!(ctx.principal.may(Permission::DecideApprovals));
        assert!(ctx.principal.may(Permission::ReadTeams) && !ctx.principal.may(Permission::WriteTeams));
        assert!(!ctx.principal.may(Permission::ReadAudit), "no scope of it says so");

        // What makes tokens by a token stays within that token.
        let own: Allowed<OwnAccount> = ctx.allow().unwrap();
        let more = tokens::token_create(&own, &db, new_token(None, &[Scope::AuditRead])).await.unwrap_err();
        assert_eq!(more.errors()[0].pointer, "/scopes");
        let viewer: Allowed<OwnAccount> = acme.allow(Role::Viewer);
        let more = tokens::token_create(&viewer, &db, new_token(None, &[Scope::ApprovalsDecide])).await;
        assert_eq!(more.unwrap_err().errors()[0].pointer, "/scopes");

        test.clock.advance(TimeDelta::days(2) + TimeDelta::seconds(1));
        let lapsed = authenticate(&db, &created.token).await;
        assert_eq!(lapsed.map(drop), Err(AppError::Unauthenticated), "{}", test.name);
    }
}

#[tokio::test]
async fn an_agents_token_is_made_by_an_admin_and_never_decides() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let admin: Allowed<OwnAccount> = acme.allow(Role::Admin);
        for scope in [Scope::ApprovalsDecide, Scope::Settings, Scope::Account, Scope::Agents] {
            let refused = tokens::token_create(&admin, &db, new_token(Some(acme.agent_id), &[scope])).await;
            assert_eq!(refused.unwrap_err().errors()[0].pointer, "/scopes", "{scope}");
        }
        let input = || new_token(Some(acme.agent_id), &[Scope::ActionsSubmit]);
        let operator = tokens::token_create(&acme.allow(Role::Operator), &db, input()).await;
        assert!(matches!(operator, Err(AppError::Forbidden { .. })));
        let foreign = new_token(Some(globex.agent_id), &[Scope::ActionsSubmit]);
        let foreign = tokens::token_create(&admin, &db, foreign).await;
        assert_eq!(foreign, Err(AppError::not_found("agent")));

        let before = acme.traces().await;
        let created = tokens::token_create(&admin, &db, input()).await.unwrap();
        assert_eq!(acme.traces().await, (before.0 + 1, before.1 + 1));
        let ctx = authenticate(&db, &created.token).await.unwrap();
        assert_eq!(ctx.principal.agent_id(), Some(acme.agent_id));
        for &permission in Permission::ALL {
            assert_eq!(
                ctx.principal.may(permission),
                [Permission::SubmitActions, Permission::CommentApprovals].contains(&permission),
                "{permission}"
            );
        }
        // Archived, and let loose again.
        for (status, works) in [(AgentStatus::Archived, false), (AgentStatus::Paused, true)] {
            let patch = PatchAgent { status: Some(status), ..PatchAgent::default() };
            agents::agent_patch(&acme.owner(), &db, acme.agent_id, patch, None).await.unwrap();
            assert_eq!(authenticate(&db, &created.token).await.is_ok(), works, "{status}");
        }
        let other = tokens::token_revoke(&globex.owner(), &db, created.id).await;
        assert_eq!(other, Err(AppError::not_found("token")));
        let viewer = tokens::token_revoke(&acme.allow(Role::Viewer), &db, created.id).await;
        assert_eq!(viewer, Err(AppError::not_found("token")));
        tokens::token_revoke(&admin, &db, created.id).await.unwrap();
        tokens::token_revoke(&admin, &db, created.id).await.unwrap();
        assert!(authenticate(&db, &created.token).await.is_err(), "{}", test.name);
    }
}

#[tokio::test]
async fn the_list_shows_an_admin_all_and_others_their_own() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        for role in [Role::Viewer, Role::Reviewer, Role::Viewer] {
            let input = new_token(None, &[Scope::ApprovalsRead]);
            tokens::token_create(&acme.allow(role), &db, input).await.unwrap();
        }
        let all = tokens::token_list(&acme.owner(), &db, &PageQuery::default()).await.unwrap();
        assert_eq!(all.items.len(), 4, "{}", test.name);
        assert!(all.items.is_sorted_by_key(|token| std::cmp::Reverse(token.id)));
        let mut query = PageQuery { limit: Some("1".into()), cursor: None };
        let first = tokens::token_list(&acme.allow(Role::Viewer), &db, &query).await.unwrap();
        query.cursor = first.next_cursor;
        let second = tokens::token_list(&acme.allow(Role::Viewer), &db, &query).await.unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next_cursor), (1, 1, None));
        assert_ne!(first.items[0].id, second.items[0].id);
        let viewer = acme.person(Role::Viewer).user_id;
        assert!(first.items.iter().chain(&second.items).all(|token| token.user_id == Some(viewer)));
    }
}

#[tokio::test]
async fn the_use_of_a_token_is_noted_at_most_once_a_minute() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let noted = || async {
            let token =
                db.read().await.unwrap().token_get(acme.workspace, acme.agent_token_id).await.unwrap();
            token.unwrap().last_used_at
        };
        assert_eq!(noted().await, None);
        authenticate(&db, &acme.agent_token).await.unwrap();
        let first = loop {
            if let Some(at) = noted().await {
                break at;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        let stale = || async {
            let hash = countersign::server::services::secrets::hash(&acme.agent_token);
            db.token_find(&hash).await.unwrap().unwrap().use_is_stale
        };
        test.clock.advance(TimeDelta::seconds(50));
        assert!(!stale().await, "{}", test.name);
        test.clock.advance(TimeDelta::seconds(11));
        assert!(stale().await, "{}", test.name);
        let mut tx = db.begin().await.unwrap();
        tx.token_note_use(acme.workspace, acme.agent_token_id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(noted().await.unwrap() > first);
    }
}

fn admin(email: &str, workspace: &str, password: &str, role: Role) -> AdminCreate {
    AdminCreate {
        email: email.into(),
        name: None,
        workspace: workspace.into(),
        password: password.into(),
        role,
    }
}

#[tokio::test]
async fn the_command_line_states_what_shall_be() {
    for test in databases().await {
        let db = test.node().await;
        let home = "192.0.2.1".parse().unwrap();
        let sign_in = |password: &str| {
            let input = countersign::domain::member::SignIn {
                email: "ada@example.com".into(),
                password: password.into(),
            };
            accounts::sign_in(&db, input, home)
        };
        let create = |role, password: &str| {
            provisioning::admin_create(&db, admin("Ada@Example.com", "acme", password, role))
        };
        let made = create(Role::Owner, PASSWORD).await.unwrap();
        assert_eq!(create(Role::Owner, PASSWORD).await.unwrap(), made, "{}", test.name);
        let (session, me) = sign_in(PASSWORD).await.unwrap();
        assert_eq!((me.workspace_id, me.user_id, me.role), (made.workspace_id, made.user_id, Role::Owner));

        let last = create(Role::Viewer, PASSWORD).await;
        assert!(matches!(last, Err(AppError::Refused { .. })), "{last:?}");
        authentication::authenticate_session(&db, &session).await.unwrap();
        assert_eq!(create(Role::Owner, "another long password").await.unwrap(), made);
        assert!(authentication::authenticate_session(&db, &session).await.is_err());
        assert_eq!(sign_in(PASSWORD).await, Err(AppError::BadCredentials));
        sign_in("another long password").await.unwrap();

        let second = admin("ada@example.com", "globex", "another long password", Role::Viewer);
        let second = provisioning::admin_create(&db, second).await.unwrap();
        assert_eq!(second.user_id, made.user_id);
        assert_ne!(second.workspace_id, made.workspace_id);
        assert_eq!(sign_in("another long password").await.unwrap().1.workspaces.len(), 2);
    }
}

#[tokio::test]
async fn the_command_line_makes_tokens_for_agents_and_people() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let make = |workspace: &'static str, holder, scopes: &'static [Scope]| {
            let db = db.clone();
            async move { provisioning::token_create(&db, workspace, holder, scopes, None).await }
        };
        let agent = || TokenHolder::Agent("Newcomer".into());
        let one = make("acme", agent(), &[Scope::ActionsSubmit]).await.unwrap();
        let two = make("acme", agent(), &[Scope::ActionsSubmit]).await.unwrap();
        let one = authenticate(&db, &one.token).await.unwrap().principal;
        let two = authenticate(&db, &two.token).await.unwrap().principal;
        assert_eq!(one.agent_id(), two.agent_id(), "{}", test.name);
        assert_eq!(one.workspace_id, acme.workspace);
        let Credential::Token { scopes, .. } = one.credential else { panic!("a token") };
        assert_eq!(scopes, [Scope::ActionsSubmit]);

        let person = || TokenHolder::Person("reviewer@acme.example".into());
        let token = make("acme", person(), &[Scope::ApprovalsDecide]).await.unwrap();
        let principal = authenticate(&db, &token.token).await.unwrap().principal;
        assert_eq!(principal.user_id(), Some(acme.person(Role::Reviewer).user_id));

        assert_eq!(
            make("nowhere", agent(), &[Scope::ActionsSubmit]).await,
            Err(AppError::not_found("workspace"))
        );
        assert!(make("acme", agent(), &[Scope::ApprovalsDecide]).await.is_err());
        assert!(make("acme", person(), &[Scope::OutcomesReport]).await.is_err());
        assert!(make("acme", agent(), &[]).await.is_err());
        let stranger = TokenHolder::Person("nobody@acme.example".into());
        assert_eq!(make("acme", stranger, &[Scope::Teams]).await, Err(AppError::not_found("member")));
    }
}
