//! Saved views: what a member sees of them, and the writes that guard their version and their names.

use crate::db::databases;
use crate::identity::Fixture;
use countersign::domain::ids::{SavedViewId, UserId};
use countersign::domain::member::Role;
use countersign::domain::saved_view::SavedView;
use countersign::server::storage::Tx;

async fn insert(tx: &mut Tx, of: &Fixture, user: UserId, name: &str, shared: bool) -> SavedView {
    let view = SavedView {
        id: SavedViewId(tx.id()),
        name: name.to_owned(),
        query: "riskLevel=high".to_owned(),
        shared,
        mine: true,
        by: "acme owner".to_owned(),
        version: 1,
    };
    tx.saved_view_insert(of.workspace, user, &view).await.unwrap();
    view
}

#[tokio::test]
async fn a_member_sees_their_own_views_and_the_shared_ones() {
    for test in databases().await {
        let db = test.node().await;
        let (acme, globex) = (Fixture::new(&db, "acme").await, Fixture::new(&db, "globex").await);
        let (owner, viewer) = (acme.person(Role::Owner).user_id, acme.person(Role::Viewer).user_id);
        let mut tx = db.begin().await.unwrap();
        // The same person in two workspaces.
        tx.member_insert(globex.workspace, owner, Role::Viewer).await.unwrap();
        let first = insert(&mut tx, &acme, owner, "b", true).await;
        let own = insert(&mut tx, &acme, owner, "c", false).await;
        insert(&mut tx, &acme, viewer, "a", false).await;
        insert(&mut tx, &acme, owner, "a", true).await;
        let there = insert(&mut tx, &globex, owner, "c", false).await;
        tx.commit().await.unwrap();

        let mut conn = db.read().await.unwrap();
        let names = |views: Vec<SavedView>| views.into_iter().map(|view| view.name).collect::<Vec<_>>();
        assert_eq!(names(conn.saved_views(acme.workspace, owner).await.unwrap()), ["c", "b", "a"]);
        assert_eq!(names(conn.saved_views(acme.workspace, viewer).await.unwrap()), ["a", "b", "a"]);
        assert_eq!(
            conn.saved_views(globex.workspace, owner).await.unwrap(),
            std::slice::from_ref(&there),
            "{}",
            test.name
        );
        assert_eq!(conn.saved_view_get(acme.workspace, owner, own.id).await.unwrap(), Some(own.clone()));
        let seen = conn.saved_view_get(acme.workspace, viewer, first.id).await.unwrap().unwrap();
        assert_eq!(seen, SavedView { mine: false, ..first.clone() });
        for (workspace, user, view) in [
            (acme.workspace, viewer, own.id),
            (acme.workspace, owner, there.id),
            (globex.workspace, owner, own.id),
            (globex.workspace, owner, first.id),
        ] {
            assert_eq!(conn.saved_view_get(workspace, user, view).await.unwrap(), None, "{}", test.name);
        }
        assert_eq!(conn.saved_view_count_own(acme.workspace, owner).await.unwrap(), 1);
        assert_eq!(conn.saved_view_count_shared(acme.workspace).await.unwrap(), 2);
        assert_eq!(conn.saved_view_count_shared(globex.workspace).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_write_guards_workspace_version_and_name() {
    for test in databases().await {
        let db = test.node().await;
        let (acme, globex) = (Fixture::new(&db, "acme").await, Fixture::new(&db, "globex").await);
        let owner = acme.person(Role::Owner).user_id;
        let mut tx = db.begin().await.unwrap();
        let view = insert(&mut tx, &acme, owner, "a", false).await;
        insert(&mut tx, &acme, owner, "a", true).await;
        insert(&mut tx, &acme, owner, "b", false).await;
        assert!(!tx.saved_view_update(globex.workspace, &view).await.unwrap());
        assert!(!tx.saved_view_delete(globex.workspace, view.id, 1).await.unwrap());
        let named = SavedView { name: "c".to_owned(), query: String::new(), ..view.clone() };
        assert!(tx.saved_view_update(acme.workspace, &named).await.unwrap());
        assert!(
            !tx.saved_view_update(acme.workspace, &named).await.unwrap(),
            "{}: version 1 is gone",
            test.name
        );
        assert!(!tx.saved_view_delete(acme.workspace, view.id, 1).await.unwrap());
        let now = tx.saved_view_get(acme.workspace, owner, view.id).await.unwrap().unwrap();
        assert_eq!(now, SavedView { version: 2, ..named });
        tx.commit().await.unwrap();

        for wanted in [
            SavedView { name: "b".to_owned(), ..now.clone() },
            SavedView { name: "a".to_owned(), shared: true, ..now.clone() },
        ] {
            let mut tx = db.begin().await.unwrap();
            let fault = tx.saved_view_update(acme.workspace, &wanted).await.unwrap_err();
            assert!(fault.is_unique_violation(), "{}: {fault}", test.name);
        }
        let mut tx = db.begin().await.unwrap();
        assert!(tx.saved_view_delete(acme.workspace, view.id, 2).await.unwrap());
        tx.commit().await.unwrap();
    }
}
