//! History: which executions and threads may go, whole and in bounded batches, and what is remembered of them.

use crate::db::databases;
use crate::freeze::pending;
use crate::identity::Fixture;
use chrono::TimeDelta;
use countersign::args;
use countersign::domain::approval::{ActorKind, ActorRef};
use countersign::domain::execution::ExecutionKind;
use countersign::domain::ids::{ExecutionId, MessageId, StepId};
use countersign::domain::member::Role;
use countersign::domain::message::{Addressee, MessageType, Priority};
use countersign::domain::model::ModelUse;
use countersign::server::services::history::{Removed, remove_history};
use countersign::server::storage::messages::OutgoingMessage;
use countersign::server::storage::models::NewModelCall;
use countersign::server::storage::sweep;
use countersign::server::storage::workflows::executions::{Does, NewExecution};
use countersign::server::storage::{Arg, Db};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

async fn run(db: &Db, sql: &str, args: Vec<Arg>) {
    let mut tx = db.begin().await.unwrap();
    tx.execute(sql, args).await.unwrap();
    tx.commit().await.unwrap();
}

async fn count(db: &Db, sql: &str, args: Vec<Arg>) -> i64 {
    let (count,): (i64,) = db.read().await.unwrap().fetch_one(sql, args).await.unwrap();
    count
}

async fn keep(db: &Db, of: &Fixture, days: i64) {
    let mut tx = db.begin().await.unwrap();
    tx.workspace_set_history_retention(of.workspace, Some(days)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn remove(db: &Db) -> Removed {
    remove_history(db, &|| false).await.unwrap()
}

/// An execution with a step, an attempt at it and a call of a model. `ended`: how many days ago; `None`: it waits.
async fn execution(
    db: &Db,
    of: &Fixture,
    parent: Option<ExecutionId>,
    ended: Option<i64>,
    key: Option<&str>,
) -> ExecutionId {
    let definition =
        json!({"start": "a", "steps": [{"key": "a", "name": "A", "run": {"set": {"values": {}}}}]});
    let mut tx = db.begin().await.unwrap();
    let (id, step) = (ExecutionId(tx.id()), StepId(tx.id()));
    let new = NewExecution {
        workspace_id: of.workspace,
        kind: ExecutionKind::Task,
        title: "A task".to_owned(),
        does: Does::Definition(serde_json::from_value(definition).unwrap()),
        team_id: None,
        agent_id: Some(of.agent_id),
        input: json!({}),
        parent: parent.map(|parent| (parent, step)),
        depth: 0,
        started_by: ActorRef { kind: ActorKind::System, id: Uuid::nil(), name: "Countersign".to_owned() },
        start_key: key.map(str::to_owned),
    };
    assert!(tx.execution_insert(id, &new).await.unwrap());
    let now = tx.now();
    let made = "INSERT INTO agent_workflow_steps (id, workspace_id, execution_id, seq, step_key, name, kind, status, \
        created_at) VALUES ($1, $2, $3, 1, 'a', 'A', 'set', 'completed', $4)";
    tx.execute(made, args![step, of.workspace, id, now]).await.unwrap();
    let tried = "INSERT INTO agent_workflow_attempts (workspace_id, step_id, number, error, finished_at) \
        VALUES ($1, $2, 1, 'no', $3)";
    tx.execute(tried, args![of.workspace, step, now]).await.unwrap();
    let call = NewModelCall {
        agent_id: of.agent_id,
        execution_id: id,
        model: "fast".to_owned(),
        usage: ModelUse::default(),
        error: None,
    };
    tx.model_call_insert(of.workspace, &call).await.unwrap();
    let status = if ended.is_some() { "completed" } else { "waiting" };
    let stands =
        "UPDATE agent_workflow_executions SET status = $2, finished_at = $3, steps_made = 1 WHERE id = $1";
    tx.execute(stands, args![id, status, ended.map(|days| now - TimeDelta::days(days))]).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn executions(db: &Db, of: &Fixture) -> BTreeSet<ExecutionId> {
    let sql = "SELECT id FROM agent_workflow_executions WHERE workspace_id = $1";
    let rows: Vec<(Uuid,)> = db.read().await.unwrap().fetch_all(sql, args![of.workspace]).await.unwrap();
    rows.into_iter().map(|(id,)| ExecutionId(id)).collect()
}

/// A message to the workspace's agent, which dealt with it so many days ago, when it was sent.
async fn message(db: &Db, of: &Fixture, answers: Option<MessageId>, days: i64) -> MessageId {
    let mut tx = db.begin().await.unwrap();
    let answered = match answers {
        Some(id) => tx.message_get(of.workspace, id).await.unwrap(),
        None => None,
    };
    let message = OutgoingMessage {
        from_agent: None,
        from_user: Some(of.person(Role::Owner).user_id),
        to: Addressee::Agent(of.agent_id),
        reply_to: answered.as_ref(),
        message_type: MessageType::Context,
        priority: Priority::Normal,
        subject: "A subject",
        content: "Words",
    };
    let id = tx.message_send(of.workspace, &message, &[of.agent_id]).await.unwrap();
    let thread = answered.as_ref().map_or(id, |answered| answered.thread_id);
    let at = tx.now() - TimeDelta::days(days);
    for (sql, about) in [
        ("UPDATE agent_messages SET created_at = $2 WHERE id = $1", id),
        ("UPDATE agent_messages SET thread_at = $2 WHERE id = $1", thread),
        (
            "UPDATE agent_message_deliveries SET status = 'processed', updated_at = $2 WHERE message_id = $1",
            id,
        ),
    ] {
        tx.execute(sql, args![about, at]).await.unwrap();
    }
    tx.commit().await.unwrap();
    id
}

async fn messages(db: &Db, of: &Fixture) -> BTreeSet<MessageId> {
    let sql = "SELECT id FROM agent_messages WHERE workspace_id = $1";
    let rows: Vec<(Uuid,)> = db.read().await.unwrap().fetch_all(sql, args![of.workspace]).await.unwrap();
    rows.into_iter().map(|(id,)| MessageId(id)).collect()
}

async fn audited(db: &Db, of: &Fixture) -> i64 {
    let sql =
        "SELECT COUNT(*) FROM agent_action_audit_log WHERE workspace_id = $1 AND event = 'history.removed'";
    count(db, sql, args![of.workspace]).await
}

#[tokio::test]
async fn a_tree_of_executions_goes_whole_or_not_at_all() {
    for test in databases().await {
        let db = test.node().await;
        let (acme, globex) = (Fixture::new(&db, "acme").await, Fixture::new(&db, "globex").await);
        let root = execution(&db, &acme, None, Some(40), None).await;
        let child = execution(&db, &acme, Some(root), Some(41), None).await;
        execution(&db, &acme, Some(child), Some(42), None).await;
        let mut stays = BTreeSet::from([
            execution(&db, &acme, None, Some(29), None).await,
            execution(&db, &acme, None, None, None).await,
        ]);
        // Something far below waits, or ended lately.
        for below in [None, Some(29)] {
            let root = execution(&db, &acme, None, Some(40), None).await;
            let child = execution(&db, &acme, Some(root), Some(40), None).await;
            stays.extend([root, child, execution(&db, &acme, Some(child), below, None).await]);
        }
        // It asked for something that nobody has decided.
        let asks = execution(&db, &acme, None, Some(40), None).await;
        stays.insert(asks);
        let approval = pending(&acme, None, Some(acme.agent_id)).await;
        let sql = "UPDATE agent_pending_actions SET workflow_execution_id = $2 WHERE id = $1";
        run(&db, sql, args![approval, asks]).await;
        let theirs = execution(&db, &globex, None, Some(400), None).await;

        assert_eq!(remove(&db).await, Removed::default(), "{}: kept for ever", test.name);
        keep(&db, &acme, 30).await;
        let stopped = remove_history(&db, &|| true).await.unwrap();
        assert_eq!(stopped, Removed::default(), "{}", test.name);
        assert_eq!(remove(&db).await, Removed { executions: 3, messages: 0 }, "{}", test.name);
        assert_eq!(executions(&db, &acme).await, stays, "{}", test.name);
        assert_eq!(executions(&db, &globex).await, BTreeSet::from([theirs]), "{}", test.name);
        for sql in [
            "SELECT COUNT(*) FROM agent_workflow_steps WHERE workspace_id = $1",
            "SELECT COUNT(*) FROM agent_workflow_attempts WHERE workspace_id = $1",
            "SELECT COUNT(*) FROM model_calls WHERE workspace_id = $1",
        ] {
            let left = count(&db, sql, args![acme.workspace]).await;
            assert_eq!(left, stays.len() as i64, "{}: {sql}", test.name);
        }

        let sql = "UPDATE agent_pending_actions SET status = 'rejected' WHERE id = $1";
        run(&db, sql, args![approval]).await;
        assert_eq!(remove(&db).await, Removed { executions: 1, messages: 0 }, "{}", test.name);
        assert_eq!(remove(&db).await, Removed::default(), "{}", test.name);
        let asked = db.read().await.unwrap().approval_get(acme.workspace, approval).await.unwrap().unwrap();
        assert_eq!(asked.workflow_execution_id, Some(asks), "{}: what it says is kept", test.name);
        assert_eq!((audited(&db, &acme).await, audited(&db, &globex).await), (2, 0), "{}", test.name);
    }
}

/// What stays is passed, a transaction takes only so much, and one run leaves one row.
#[tokio::test]
async fn many_executions_go_in_bounded_batches() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        keep(&db, &acme, 7).await;
        // More than one transaction looks at, and none of them may go.
        for _ in 0..105 {
            let root = execution(&db, &acme, None, Some(50), None).await;
            execution(&db, &acme, Some(root), None, None).await;
        }
        for _ in 0..120 {
            execution(&db, &acme, None, Some(40), None).await;
        }
        for _ in 0..3 {
            let large = execution(&db, &acme, None, Some(30), None).await;
            let sql = "UPDATE agent_workflow_executions SET steps_made = 1500 WHERE id = $1";
            run(&db, sql, args![large]).await;
        }
        assert_eq!(remove(&db).await, Removed { executions: 123, messages: 0 }, "{}", test.name);
        assert_eq!(executions(&db, &acme).await.len(), 210, "{}", test.name);
        // 95 beside those that stay; 25, before a large one; each large one alone.
        let batches =
            "SELECT COUNT(*) FROM events WHERE workspace_id = $1 AND subject_id = $1 AND topic = 'execution'";
        assert_eq!(count(&db, batches, args![acme.workspace]).await, 5, "{}", test.name);
        assert_eq!(audited(&db, &acme).await, 1, "{}", test.name);
    }
}

#[tokio::test]
async fn a_thread_goes_once_nothing_is_owed_to_it() {
    for test in databases().await {
        let db = test.node().await;
        let (acme, globex) = (Fixture::new(&db, "acme").await, Fixture::new(&db, "globex").await);
        keep(&db, &acme, 30).await;
        let deal = async |message: MessageId, status: &str, days: i64| {
            let sql =
                "UPDATE agent_message_deliveries SET status = $2, updated_at = $3 WHERE message_id = $1";
            let at = test.clock.now() - TimeDelta::days(days);
            run(&db, sql, args![message, status, at]).await;
        };
        let old = message(&db, &acme, None, 50).await;
        message(&db, &acme, Some(old), 40).await;
        let given_up = message(&db, &acme, None, 50).await;
        deal(given_up, "dead", 35).await;

        let mut stays = BTreeSet::from([message(&db, &acme, None, 29).await]);
        let talk = message(&db, &acme, None, 50).await;
        stays.extend([talk, message(&db, &acme, Some(talk), 5).await]);
        for open in ["pending", "delivered", "read"] {
            let unread = message(&db, &acme, None, 50).await;
            deal(unread, open, 50).await;
            stays.insert(unread);
        }
        // People have the whole time to look at the dead letters.
        for (status, days) in [("dead", 5), ("processed", 5)] {
            let late = message(&db, &acme, None, 50).await;
            deal(late, status, days).await;
            stays.insert(late);
        }
        let task = message(&db, &acme, None, 50).await;
        let waits = execution(&db, &acme, None, None, None).await;
        let sql = "UPDATE agent_workflow_steps SET status = 'waiting', event = $2 WHERE execution_id = $1";
        run(&db, sql, args![waits, format!("message:{task}")]).await;
        stays.insert(task);
        let theirs = message(&db, &globex, None, 400).await;

        assert_eq!(remove(&db).await, Removed { executions: 0, messages: 3 }, "{}", test.name);
        assert_eq!(messages(&db, &acme).await, stays, "{}", test.name);
        assert_eq!(messages(&db, &globex).await, BTreeSet::from([theirs]), "{}", test.name);
        let deliveries = "SELECT COUNT(*) FROM agent_message_deliveries WHERE workspace_id = $1";
        let left = count(&db, deliveries, args![acme.workspace]).await;
        assert_eq!(left, stays.len() as i64, "{}", test.name);

        let sql =
            "UPDATE agent_workflow_steps SET status = 'completed', event = NULL WHERE execution_id = $1";
        run(&db, sql, args![waits]).await;
        assert_eq!(remove(&db).await, Removed { executions: 0, messages: 1 }, "{}", test.name);
        assert_eq!(audited(&db, &acme).await, 2, "{}", test.name);
    }
}

#[tokio::test]
async fn named_starts_are_remembered_for_a_time() {
    for test in databases().await {
        let db = test.node().await;
        let (acme, globex) = (Fixture::new(&db, "acme").await, Fixture::new(&db, "globex").await);
        keep(&db, &acme, 7).await;
        let named = execution(&db, &acme, None, Some(8), Some("task/a/b/order 7")).await;
        execution(&db, &acme, None, Some(8), Some("event/a/b")).await;
        execution(&db, &acme, None, Some(8), None).await;
        assert_eq!(remove(&db).await, Removed { executions: 3, messages: 0 }, "{}", test.name);
        let mut conn = db.read().await.unwrap();
        for (of, key, found) in [
            (&acme, "task/a/b/order 7", Some(named)),
            (&acme, "task/a/b/order 8", None),
            (&acme, "event/a/b", None),
            (&globex, "task/a/b/order 7", None),
        ] {
            let removed = conn.execution_removed(of.workspace, key).await.unwrap();
            assert_eq!(removed, found, "{}: {key}", test.name);
        }
        drop(conn);
        let mut tx = db.begin().await.unwrap();
        let now = tx.now();
        for (before, gone) in [(now - TimeDelta::days(1), 0), (now + TimeDelta::days(1), 1)] {
            let deleted = sweep::execution_starts_delete_before(&mut tx, before, 10).await.unwrap();
            assert_eq!(deleted, gone, "{}", test.name);
        }
        tx.commit().await.unwrap();
    }
}
