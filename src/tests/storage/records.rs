//! Records of every kind.

use crate::db::databases;
use crate::identity::Fixture;
use countersign::domain::AppError;
use countersign::domain::canonical::Data;
use countersign::domain::ids::RecordId;
use countersign::domain::member::Role;
use countersign::domain::record::{NewRecord, PatchRecord, RecordFilter, RecordKind};
use countersign::server::services::records;

fn contact(title: &str, data: &str) -> NewRecord {
    NewRecord { kind: RecordKind::Contact, title: title.into(), data: Data::parse(data).unwrap() }
}

#[tokio::test]
async fn a_record_is_made_changed_and_deleted() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let before = acme.traces().await;
        let input = contact("Ada", r#"{"phone":"+44 20 7946 0000","email":"ada@example.com"}"#);
        let made = records::record_create(&acme.owner(), &db, input).await.unwrap();
        assert_eq!(records::record_get(&acme.allow(Role::Viewer), &db, made.id).await.unwrap(), made);

        let patch = |data: &str| PatchRecord { title: None, data: Some(Data::parse(data).unwrap()) };
        let change = patch(r#"{"phone":null,"company":"Analytical Engines"}"#);
        let after = records::record_patch(&acme.owner(), &db, made.id, change, Some(1)).await.unwrap();
        assert_eq!(after.version, 2);
        assert_eq!(
            after.data,
            Data::parse(r#"{"email":"ada@example.com","company":"Analytical Engines"}"#).unwrap()
        );
        assert_eq!(records::record_get(&acme.owner(), &db, made.id).await.unwrap(), after, "{}", test.name);

        let wrong =
            records::record_patch(&acme.owner(), &db, made.id, patch(r#"{"email":7,"x":1}"#), None).await;
        let pointers: Vec<_> = wrong.unwrap_err().errors().iter().map(|e| e.pointer.clone()).collect();
        assert!(pointers.contains(&"/data/email".to_owned()) && pointers.contains(&"/data/x".to_owned()));
        let stale =
            records::record_patch(&acme.owner(), &db, made.id, patch(r#"{"company":"B"}"#), Some(1)).await;
        assert!(matches!(stale, Err(AppError::Changed { .. })));
        let missing = AppError::not_found("record");
        let foreign = records::record_get(&globex.owner(), &db, made.id).await;
        assert_eq!(foreign.unwrap_err(), missing);
        let foreign = records::record_patch(&globex.owner(), &db, made.id, patch("{}"), None).await;
        assert_eq!(foreign.unwrap_err(), missing);
        let foreign = records::record_delete(&globex.owner(), &db, made.id, None).await;
        assert_eq!(foreign.unwrap_err(), missing);
        records::record_delete(&acme.owner(), &db, made.id, Some(2)).await.unwrap();
        assert_eq!(records::record_get(&acme.owner(), &db, made.id).await.unwrap_err(), missing);
        assert_eq!(acme.traces().await, (before.0 + 3, before.1 + 3));
    }
}

#[tokio::test]
async fn the_list_filters_by_kind_and_by_the_beginning_of_the_title() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        for title in ["50% off", "50 apples", "Über uns", "über alles", "a_b", "axb"] {
            records::record_create(&acme.owner(), &db, contact(title, "{}")).await.unwrap();
        }
        let task = NewRecord { kind: RecordKind::Task, title: "50 tasks".into(), data: Data::default() };
        records::record_create(&acme.owner(), &db, task).await.unwrap();
        let titles = |kind: Option<&str>, q: Option<&str>| {
            let filter = RecordFilter {
                kind: kind.map(str::to_owned),
                q: q.map(str::to_owned),
                ..RecordFilter::default()
            };
            let (db, allowed) = (db.clone(), acme.owner());
            async move {
                let page = records::record_list(&allowed, &db, &filter).await.unwrap();
                page.items.into_iter().map(|record| record.title).collect::<Vec<_>>()
            }
        };
        assert_eq!(titles(None, None).await.len(), 7, "{}", test.name);
        assert_eq!(titles(None, None).await[0], "50 tasks", "latest first");
        assert_eq!(titles(Some("contact"), Some("50")).await, ["50 apples", "50% off"]);
        assert_eq!(titles(None, Some("50%")).await, ["50% off"]);
        assert_eq!(titles(Some(""), Some("A_")).await, ["a_b"]);
        assert_eq!(titles(None, Some("ÜBER")).await, ["über alles", "Über uns"]);
        for (filter, pointer) in [
            (RecordFilter { kind: Some("nonsense".into()), ..RecordFilter::default() }, "kind"),
            (RecordFilter { q: Some("a\0".into()), ..RecordFilter::default() }, "q"),
            (RecordFilter { limit: Some("0".into()), ..RecordFilter::default() }, "limit"),
            (RecordFilter { cursor: Some("x".into()), ..RecordFilter::default() }, "cursor"),
        ] {
            let refused = records::record_list(&acme.owner(), &db, &filter).await.unwrap_err();
            assert_eq!(refused.errors()[0].pointer, pointer);
        }
    }
}

#[tokio::test]
async fn pages_meet_each_record_once() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let mut made = Vec::new();
        // Many with one time: the id decides between them.
        let mut tx = db.begin().await.unwrap();
        for n in 0..25 {
            let data = Data::default();
            let record =
                tx.record_insert(acme.workspace, RecordKind::Contact, &format!("{n}"), &data).await.unwrap();
            made.push(record.id);
        }
        tx.commit().await.unwrap();
        let mut filter = RecordFilter { limit: Some("10".into()), ..RecordFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = records::record_list(&acme.owner(), &db, &filter).await.unwrap();
            seen.extend(page.items.into_iter().map(|record| record.id));
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                break;
            }
        }
        made.reverse();
        assert_eq!(seen, made, "{}", test.name);

        let wanted: Vec<RecordId> = [made[3], made[20], RecordId(test.clock.id())].to_vec();
        let mut conn = db.read().await.unwrap();
        let mut found: Vec<_> =
            conn.records_by_ids(acme.workspace, &wanted).await.unwrap().into_iter().map(|r| r.id).collect();
        found.sort();
        assert_eq!(found, [made[20], made[3]]);
        assert!(conn.records_by_ids(acme.workspace, &[]).await.unwrap().is_empty());
        let globex = Fixture::new(&db, "globex").await;
        assert!(conn.records_by_ids(globex.workspace, &wanted).await.unwrap().is_empty());
    }
}
