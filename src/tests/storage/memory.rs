//! Memory: pages, sorts, the guarded write, and the index of words.

use crate::db::databases;
use crate::identity::Fixture;
use countersign::domain::AppError;
use countersign::domain::ids::{ExecutionId, MemoryId};
use countersign::domain::member::Role;
use countersign::domain::memory::{
    Memory, MemoryCategory, MemoryFilter, MemoryTier, MemoryVisibility, NewMemory, PatchMemory, ShareMemory,
};
use countersign::server::services::memory;
use countersign::server::storage::Db;
use countersign::server::storage::memory::{MemoryInsert, Reader};
use serde_json::{Value, json};

fn new(content: &str, extra: Value) -> NewMemory {
    let mut body = json!({ "content": content });
    body.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
    serde_json::from_value(body).unwrap()
}

async fn store(db: &Db, of: &Fixture, content: &str, extra: Value) -> Memory {
    memory::memory_create(&of.owner(), db, new(content, extra)).await.unwrap()
}

async fn found(db: &Db, of: &Fixture, filter: Value) -> Vec<String> {
    let filter: MemoryFilter = serde_json::from_value(filter).unwrap();
    let page = memory::memory_list(&of.owner(), db, &filter).await.unwrap();
    page.items.into_iter().map(|memory| memory.content).collect()
}

#[tokio::test]
async fn a_memory_is_stored_changed_shared_and_forgotten() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let before = acme.traces().await;
        let made = store(&db, &acme, "Ada", json!({"tags": ["a"], "agentId": acme.agent_id})).await;
        assert_eq!((made.version, made.visibility), (1, MemoryVisibility::Agent));
        assert_eq!(made.agent_name.as_deref(), Some(acme.agent_name.as_str()));
        assert_eq!(made.created_by.name, "The owner");
        assert_eq!(memory::memory_get(&acme.allow(Role::Viewer), &db, made.id).await.unwrap(), made);

        let patch = PatchMemory { importance: Some(80), ..PatchMemory::default() };
        let after = memory::memory_patch(&acme.owner(), &db, made.id, patch.clone(), Some(1)).await.unwrap();
        assert_eq!((after.version, after.importance), (2, 80));
        assert_eq!(after.expires_at, made.expires_at, "{}: an edit gives no more time", test.name);
        let stale = PatchMemory { importance: Some(1), ..PatchMemory::default() };
        let stale = memory::memory_patch(&acme.owner(), &db, made.id, stale, Some(1)).await;
        assert!(matches!(stale, Err(AppError::Changed { .. })));
        let shared = memory::memory_share(&acme.owner(), &db, made.id, ShareMemory::default(), Some(2)).await;
        assert_eq!(shared.unwrap().visibility, MemoryVisibility::Workspace);

        let missing = AppError::not_found("memory");
        assert_eq!(memory::memory_get(&globex.owner(), &db, made.id).await.unwrap_err(), missing);
        let foreign = memory::memory_patch(&globex.owner(), &db, made.id, patch, None).await;
        assert_eq!(foreign.unwrap_err(), missing);
        let foreign = memory::memory_share(&globex.owner(), &db, made.id, ShareMemory::default(), None).await;
        assert_eq!(foreign.unwrap_err(), missing);
        let foreign = memory::memory_delete(&globex.owner(), &db, made.id, None).await;
        assert_eq!(foreign.unwrap_err(), missing);
        memory::memory_delete(&acme.owner(), &db, made.id, Some(3)).await.unwrap();
        assert_eq!(memory::memory_get(&acme.owner(), &db, made.id).await.unwrap_err(), missing);
        assert_eq!(acme.traces().await, (before.0 + 4, before.1 + 4), "{}", test.name);
    }
}

#[tokio::test]
async fn filters_and_words_find_what_they_say() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        store(&db, &globex, "harbour of others", json!({"tags": ["hot"]})).await;
        store(
            &db,
            &acme,
            "Harbour dues are paid monthly",
            json!({"tier": "long_term", "tags": ["hot", "50%"]}),
        )
        .await;
        store(&db, &acme, "Müller likes the harbour", json!({"category": "relationship"})).await;
        store(&db, &acme, "A long one", json!({"agentId": acme.agent_id, "tags": ["harbour town"]})).await;
        for (filter, contents) in [
            (json!({}), &["A long one", "Müller likes the harbour", "Harbour dues are paid monthly"][..]),
            (json!({"tier": "long_term"}), &["Harbour dues are paid monthly"]),
            (json!({"category": "relationship"}), &["Müller likes the harbour"]),
            (json!({"agentId": acme.agent_id}), &["A long one"]),
            (json!({"tag": "hot"}), &["Harbour dues are paid monthly"]),
            (json!({"tag": "50%"}), &["Harbour dues are paid monthly"]),
            (json!({"tag": "ho"}), &[]),
            (
                json!({"q": "harb"}),
                &["A long one", "Müller likes the harbour", "Harbour dues are paid monthly"],
            ),
            (json!({"q": "MULLER"}), &["Müller likes the harbour"]),
            (json!({"q": "harbour monthly"}), &["Harbour dues are paid monthly"]),
            (json!({"q": "harbour", "tier": "long_term"}), &["Harbour dues are paid monthly"]),
            (json!({"q": "arbour"}), &[]),
        ] {
            assert_eq!(found(&db, &acme, filter.clone()).await, contents, "{}: {filter}", test.name);
        }
    }
}

/// More than the list is walked for words, in both sorts, page by page.
#[tokio::test]
async fn pages_meet_each_memory_once() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let by = acme.owner::<countersign::server::services::ctx::WriteMemory>().actor();
        let (mut all, mut rare): (Vec<(i64, usize, MemoryId)>, Vec<MemoryId>) = (Vec::new(), Vec::new());
        // Many with one time: the id decides between them.
        let mut tx = db.begin().await.unwrap();
        for n in 0..720usize {
            let content =
                if n % 100 == 0 { format!("shipment {n} harbour") } else { format!("shipment {n}") };
            let importance = (n % 7) as i64;
            let insert = MemoryInsert {
                tier: MemoryTier::LongTerm,
                category: MemoryCategory::Context,
                visibility: MemoryVisibility::Workspace,
                team: None,
                agent: None,
                execution: Some(ExecutionId(test.clock.id())),
                content: &content,
                tags: &[],
                importance,
                created_by: &by,
                expires_at: None,
            };
            let id = tx.memory_insert(acme.workspace, &insert).await.unwrap();
            all.push((importance, n, id));
            if n % 100 == 0 {
                rare.push(id);
            }
        }
        tx.commit().await.unwrap();
        let walk = |sort: &'static str, q: &'static str| {
            let (db, by) = (db.clone(), acme.owner());
            async move {
                let mut filter = MemoryFilter {
                    sort: Some(sort.to_owned()),
                    q: Some(q.to_owned()),
                    limit: Some("100".to_owned()),
                    ..MemoryFilter::default()
                };
                let mut seen = Vec::new();
                loop {
                    let page = memory::memory_list(&by, &db, &filter).await.unwrap();
                    seen.extend(page.items.into_iter().map(|memory| memory.id));
                    filter.cursor = page.next_cursor;
                    if filter.cursor.is_none() {
                        return seen;
                    }
                }
            }
        };
        let newest: Vec<_> = all.iter().rev().map(|(.., id)| *id).collect();
        let mut ranked = all.clone();
        ranked.sort_by_key(|one| std::cmp::Reverse((one.0, one.1)));
        let ranked: Vec<_> = ranked.into_iter().map(|(.., id)| id).collect();
        let few =
            |order: &[MemoryId]| order.iter().filter(|id| rare.contains(id)).copied().collect::<Vec<_>>();
        for (sort, order) in [("newest", &newest), ("importance", &ranked)] {
            for q in ["", "shipment"] {
                assert!(walk(sort, q).await == *order, "{}: {sort} {q}", test.name);
            }
            assert_eq!(walk(sort, "harbour").await, few(order), "{}: {sort}", test.name);
        }
        let mut conn = db.read().await.unwrap();
        let one = conn.memory_get(acme.workspace, Reader::Person, newest[0], test.clock.now()).await;
        assert!(one.unwrap().unwrap().workflow_execution_id.is_some());
    }
}
