//! Agents and teams: versions, tenancy, pages, and the end of what has acted.

use crate::db::databases;
use crate::freeze::pending;
use crate::identity::Fixture;
use countersign::domain::AppError;
use countersign::domain::agent::{AgentFilter, AgentKind, AgentStatus, NewAgent, PatchAgent};
use countersign::domain::autonomy::AutonomyLevel;
use countersign::domain::member::Role;
use countersign::domain::team::{NewTeam, NewTeamMember, PatchTeam, TeamFilter, TeamRole, TeamStatus};
use countersign::domain::workspace::Department;
use countersign::server::services::{agents, teams};

fn new_agent(name: &str) -> NewAgent {
    NewAgent { name: name.into(), description: String::new(), kind: AgentKind::External, owner_id: None }
}

pub fn new_team(name: &str) -> NewTeam {
    NewTeam {
        name: name.into(),
        description: String::new(),
        department: Department::Sales,
        autonomy_level: AutonomyLevel::SemiAutonomous,
        approval_required: vec!["send_email".into()],
        required_approvals: 1,
    }
}

#[tokio::test]
async fn an_agent_changes_only_at_the_version_that_was_seen() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let before = acme.traces().await;
        let agent = agents::agent_create(&acme.allow(Role::Operator), &db, new_agent("Zed")).await.unwrap();
        assert_eq!((agent.status, agent.version), (AgentStatus::Active, 1));
        assert_eq!(agent.owner_id, Some(acme.person(Role::Operator).user_id));
        let taken = agents::agent_create(&acme.owner(), &db, new_agent("Zed")).await.unwrap_err();
        assert_eq!(taken.errors()[0].pointer, "/name", "{}", test.name);
        agents::agent_create(&globex.owner(), &db, new_agent("Zed")).await.unwrap();

        let rename = |name: &str| PatchAgent { name: Some(name.into()), ..PatchAgent::default() };
        let patched =
            agents::agent_patch(&acme.owner(), &db, agent.id, rename("Ned"), Some(1)).await.unwrap();
        assert_eq!((patched.name.as_str(), patched.version), ("Ned", 2));
        let stale = agents::agent_patch(&acme.owner(), &db, agent.id, rename("Ted"), Some(1)).await;
        assert!(matches!(stale, Err(AppError::Changed { .. })), "{stale:?}");
        let missing = Err(AppError::not_found("agent"));
        assert_eq!(agents::agent_patch(&globex.owner(), &db, agent.id, rename("X"), None).await, missing);
        assert_eq!(agents::agent_get(&globex.owner(), &db, agent.id).await, missing);
        assert_eq!(agents::agent_delete(&globex.owner(), &db, agent.id, None).await.map(|()| agent), missing);
        let draft = PatchAgent { status: Some(AgentStatus::Draft), ..PatchAgent::default() };
        let back = agents::agent_patch(&acme.owner(), &db, patched.id, draft, None).await;
        assert!(matches!(back, Err(AppError::Refused { .. })));
        assert_eq!(acme.traces().await, (before.0 + 2, before.1 + 2), "made and changed, once each");
    }
}

#[tokio::test]
async fn writers_at_once_all_count_or_are_told() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let tasks = (0..16).map(|n| {
            let (db, allowed) = (db.clone(), acme.owner());
            let id = acme.agent_id;
            tokio::spawn(async move {
                let patch = PatchAgent { description: Some(format!("by {n}")), ..PatchAgent::default() };
                agents::agent_patch(&allowed, &db, id, patch, None).await
            })
        });
        let mut written = 0;
        for task in tasks.collect::<Vec<_>>() {
            match task.await.unwrap() {
                Ok(_) => written += 1,
                Err(AppError::Changed { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        let agent = agents::agent_get(&acme.owner(), &db, acme.agent_id).await.unwrap();
        assert_eq!(agent.version, 1 + written, "{}", test.name);
    }
}

#[tokio::test]
async fn only_an_admin_names_another_owner() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let owned = |owner| NewAgent { owner_id: Some(owner), ..new_agent("Owned") };
        let viewer = acme.person(Role::Viewer).user_id;
        let refused = agents::agent_create(&acme.allow(Role::Operator), &db, owned(viewer)).await;
        assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{}", test.name);
        let stranger = globex.person(Role::Viewer).user_id;
        let refused = agents::agent_create(&acme.owner(), &db, owned(stranger)).await;
        assert_eq!(refused.unwrap_err().errors()[0].pointer, "/ownerId");
        let agent = agents::agent_create(&acme.owner(), &db, owned(viewer)).await.unwrap();
        assert_eq!(agent.owner_id, Some(viewer));
    }
}

#[tokio::test]
async fn what_has_acted_is_archived_and_the_rest_removed() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let team = teams::team_create(&acme.owner(), &db, new_team("Sales")).await.unwrap();
        let idle = teams::team_create(&acme.owner(), &db, new_team("Idle")).await.unwrap();
        let busy = agents::agent_create(&acme.owner(), &db, new_agent("Busy")).await.unwrap();
        for agent_id in [acme.agent_id, busy.id] {
            let member = NewTeamMember { agent_id, role: TeamRole::Specialist, priority: 0 };
            teams::team_member_add(&acme.owner(), &db, team.id, member).await.unwrap();
        }
        pending(&acme, Some(team.id), Some(busy.id)).await;
        agents::agent_delete(&acme.owner(), &db, acme.agent_id, None).await.unwrap();
        agents::agent_delete(&acme.owner(), &db, busy.id, None).await.unwrap();
        let gone = agents::agent_get(&acme.owner(), &db, acme.agent_id).await;
        assert_eq!(gone, Err(AppError::not_found("agent")), "{}", test.name);
        let kept = agents::agent_get(&acme.owner(), &db, busy.id).await.unwrap();
        assert_eq!(kept.status, AgentStatus::Archived);
        assert_eq!(teams::team_member_list(&acme.owner(), &db, team.id).await.unwrap(), []);

        teams::team_delete(&acme.owner(), &db, team.id, Some(1)).await.unwrap();
        teams::team_delete(&acme.owner(), &db, idle.id, Some(1)).await.unwrap();
        let kept = teams::team_get(&acme.owner(), &db, team.id).await.unwrap();
        assert_eq!(kept.status, TeamStatus::Archived);
        let gone = teams::team_get(&acme.owner(), &db, idle.id).await;
        assert_eq!(gone, Err(AppError::not_found("team")));
        let member = NewTeamMember { agent_id: busy.id, role: TeamRole::Support, priority: 0 };
        let closed = teams::team_member_add(&acme.owner(), &db, team.id, member).await;
        assert!(matches!(closed, Err(AppError::Refused { .. })));
    }
}

#[tokio::test]
async fn a_team_takes_agents_of_its_workspace_once() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let team = teams::team_create(&acme.allow(Role::Operator), &db, new_team("Sales")).await.unwrap();
        let member = |agent_id, priority| NewTeamMember { agent_id, role: TeamRole::Coordinator, priority };
        let added =
            teams::team_member_add(&acme.owner(), &db, team.id, member(acme.agent_id, 100)).await.unwrap();
        assert_eq!(teams::team_member_list(&acme.owner(), &db, team.id).await.unwrap(), [added]);
        assert_eq!(teams::team_get(&acme.owner(), &db, team.id).await.unwrap().member_count, 1);
        for (input, pointer) in [
            (member(acme.agent_id, 0), "/agentId"),
            (member(globex.agent_id, 0), "/agentId"),
            (member(acme.agent_id, 101), "/priority"),
        ] {
            let refused = teams::team_member_add(&acme.owner(), &db, team.id, input).await.unwrap_err();
            assert_eq!(refused.errors()[0].pointer, pointer, "{}", test.name);
        }
        let foreign = teams::team_member_add(&globex.owner(), &db, team.id, member(globex.agent_id, 0)).await;
        assert_eq!(foreign, Err(AppError::not_found("team")));
        teams::team_member_remove(&acme.owner(), &db, team.id, acme.agent_id).await.unwrap();
        let twice = teams::team_member_remove(&acme.owner(), &db, team.id, acme.agent_id).await;
        assert!(matches!(twice, Err(AppError::NotFound { .. })));
    }
}

#[tokio::test]
async fn lists_come_in_pages_by_name_and_filtered() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        for name in ["Ärger", "Zebra", "alpha", "Beta \"x\""] {
            agents::agent_create(&acme.owner(), &db, new_agent(name)).await.unwrap();
            teams::team_create(&acme.owner(), &db, new_team(name)).await.unwrap();
        }
        let mut filter = AgentFilter { limit: Some("2".into()), ..AgentFilter::default() };
        let mut names = Vec::new();
        loop {
            let page = agents::agent_list(&acme.allow(Role::Viewer), &db, &filter).await.unwrap();
            assert!(page.items.len() <= 2);
            names.extend(page.items.into_iter().map(|agent| agent.name));
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                break;
            }
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 5, "{}", test.name);

        let department = |word: &str| TeamFilter { department: Some(word.into()), ..TeamFilter::default() };
        let sales = teams::team_list(&acme.owner(), &db, &department("sales")).await.unwrap();
        let none = teams::team_list(&acme.owner(), &db, &department("finance")).await.unwrap();
        assert_eq!((sales.items.len(), none.items.len()), (4, 0));
        let bad = teams::team_list(&acme.owner(), &db, &department("nonsense")).await.unwrap_err();
        assert_eq!(bad.errors()[0].pointer, "department");
        let paused = AgentFilter { status: Some("paused".into()), ..AgentFilter::default() };
        assert_eq!(agents::agent_list(&acme.owner(), &db, &paused).await.unwrap().items, []);
        let bad = AgentFilter { cursor: Some("\0".into()), ..AgentFilter::default() };
        let bad = agents::agent_list(&acme.owner(), &db, &bad).await.unwrap_err();
        assert_eq!(bad.errors()[0].pointer, "cursor");
    }
}

#[tokio::test]
async fn a_teams_change_says_what_it_loosens() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let team = teams::team_create(&acme.owner(), &db, new_team("Sales")).await.unwrap();
        let patch = PatchTeam {
            autonomy_level: Some(AutonomyLevel::Autonomous),
            approval_required: Some(vec![]),
            ..PatchTeam::default()
        };
        let patched = teams::team_patch(&acme.owner(), &db, team.id, patch.clone(), Some(1)).await.unwrap();
        assert_eq!((patched.version, patched.autonomy_level), (2, AutonomyLevel::Autonomous));
        let stale = teams::team_patch(&acme.owner(), &db, team.id, patch, Some(1)).await;
        assert!(matches!(stale, Err(AppError::Changed { .. })));
        let mut conn = db.read().await.unwrap();
        let sql = "SELECT description FROM agent_action_audit_log WHERE workspace_id = $1 AND event = 'team.changed'";
        let (text,): (String,) = conn.fetch_one(sql, vec![acme.workspace.into()]).await.unwrap();
        assert!(text.contains("autonomy from semi_autonomous to autonomous"), "{}: {text}", test.name);
        assert!(text.contains("always asks before: nothing"), "{text}");
    }
}
