use super::*;

#[test]
fn built_in_sets_have_their_sizes_and_no_double_or_ragged_names() {
    for (name, count) in [
        ("imagenet", 1000),
        ("imagenet-1001", 1001),
        ("cifar10", 10),
        ("cifar100", 100),
        ("fashion-mnist", 10),
    ] {
        let labels = by_name(name).unwrap();
        assert_eq!(labels.len(), count, "{name}");
        let mut unique = labels.classes.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), count, "{name}");
        assert!(
            labels
                .classes
                .iter()
                .all(|c| !c.is_empty() && c.trim() == c)
        );
        assert!(names().contains(&name));
    }
    assert_eq!(names().len(), 5);
    assert_eq!(by_name("none"), None);
    assert_eq!(by_name(""), None);
}

#[test]
fn imagenet_is_in_ilsvrc_order() {
    let labels = by_name("imagenet").unwrap();
    for (index, name) in [
        (0, "tench"),
        (1, "goldfish"),
        (7, "cock"),
        (65, "sea snake"),
        (134, "crane bird"),
        (207, "golden retriever"),
        (281, "tabby"),
        (285, "Egyptian cat"),
        (340, "zebra"),
        (388, "giant panda"),
        (474, "cardigan"),
        (504, "coffee mug"),
        (639, "maillot tank suit"),
        (817, "sports car"),
        (954, "banana"),
        (999, "toilet tissue"),
    ] {
        assert_eq!(labels.get(index), Some(name));
    }
    assert_eq!(labels.get(1000), None);
    let shifted = by_name("imagenet-1001").unwrap();
    assert_eq!(shifted.get(0), Some("background"));
    assert_eq!(shifted.get(1000), Some("toilet tissue"));
}

#[test]
fn small_sets_are_in_their_published_order() {
    let cifar10 = by_name("cifar10").unwrap();
    assert_eq!(
        cifar10.classes.join(" "),
        "airplane automobile bird cat deer dog frog horse ship truck"
    );
    let cifar100 = by_name("cifar100").unwrap();
    assert!(cifar100.classes.is_sorted());
    for (index, name) in [
        (0, "apple"),
        (19, "cattle"),
        (41, "lawn mower"),
        (99, "worm"),
    ] {
        assert_eq!(cifar100.get(index), Some(name));
    }
    let fashion = by_name("fashion-mnist").unwrap();
    assert_eq!(fashion.get(0), Some("T-shirt/top"));
    assert_eq!(fashion.get(9), Some("Ankle boot"));
}

#[test]
fn folder_names_find_their_output() {
    let imagenet = by_name("imagenet").unwrap();
    assert_eq!(imagenet.position("Golden_Retriever"), Some(207));
    assert_eq!(imagenet.position("n01440764"), Some(0));
    assert_eq!(imagenet.position("n15075141"), Some(999));
    // The breed and the garment differ by case alone.
    assert_eq!(imagenet.position("Cardigan"), Some(264));
    assert_eq!(imagenet.position("cardigan"), Some(474));
    assert_eq!(imagenet.position("no such thing"), None);
    let shifted = by_name("imagenet-1001").unwrap();
    assert_eq!(shifted.position("n01440764"), Some(1));
    assert_eq!(shifted.position("tench"), Some(1));
    let cifar100 = by_name("cifar100").unwrap();
    assert_eq!(cifar100.position("lawn_mower"), Some(41));
    assert_eq!(cifar100.position("n01440764"), None);
}

#[test]
fn guesses_are_made_only_where_they_are_safe() {
    assert_eq!(guess(1000, "[-1,1]"), "imagenet");
    assert_eq!(guess(1001, "imagenet"), "imagenet-1001");
    assert_eq!(guess(10, "cifar10"), "cifar10");
    assert_eq!(guess(10, "fashion-mnist"), "fashion-mnist");
    assert_eq!(guess(10, "imagenet"), "none");
    assert_eq!(guess(10, "[0,1]"), "none");
    assert_eq!(guess(100, "cifar10"), "cifar100");
    assert_eq!(guess(100, "imagenet"), "none");
    assert_eq!(guess(7, "cifar10"), "none");
}

#[test]
fn lines_keep_their_numbers() {
    assert_eq!(from_text("a\r\n b \r\n\r\nc\r\n\r\n"), ["a", "b", "", "c"]);
    assert_eq!(from_text("\u{feff}\n\na"), ["a"]);
    assert_eq!(from_text(""), Vec::<String>::new());
    assert_eq!(from_text("\n \n"), Vec::<String>::new());
    let labels = Labels::new("mine", from_text("a\n\nc"));
    assert_eq!((labels.get(1), labels.get(2)), (None, Some("c")));
}

#[test]
fn synset_identifiers_are_dropped() {
    assert_eq!(
        from_text("n01440764 tench, Tinca tinca\nn01443537\tgoldfish\nn01484850\nn0148 x\nno dog"),
        [
            "tench, Tinca tinca",
            "goldfish",
            "n01484850",
            "n0148 x",
            "no dog"
        ]
    );
}

#[test]
fn json_is_read_in_its_usual_forms() {
    assert_eq!(from_text(r#" ["a", "b, c", 3]"#), ["a", "b, c", "3"]);
    assert_eq!(
        from_text(r#"{"1": "b", "0": "a", "2": "c"}"#),
        ["a", "b", "c"]
    );
    assert_eq!(
        from_text(r#"{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}"#),
        ["tench", "goldfish"]
    );
    // Not JSON after all, and JSON that is no list of names.
    assert_eq!(from_text("[unknown]\ndog"), ["[unknown]", "dog"]);
    assert_eq!(from_text(r#"{"0": "a", "2": "c"}"#).len(), 1);
}
