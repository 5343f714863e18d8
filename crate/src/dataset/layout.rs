//! From the paths of a folder or an archive to classes.

use std::collections::BTreeSet;

/// Names of splits, in the order in which they are preferred.
const SPLITS: [&str; 8] = [
    "test",
    "testing",
    "val",
    "valid",
    "validation",
    "eval",
    "train",
    "training",
];

/// Which paths are images of which class.
#[derive(Debug, PartialEq)]
pub(super) struct Layout {
    /// Sorted by name; empty if the images lie in one folder.
    pub classes: Vec<String>,
    /// Index of the path and its class, sorted by path.
    pub images: Vec<(usize, Option<usize>)>,
}

/// Whether the path, with `/` between its parts, names a picture that can be read. Hidden files
/// and the copies of resource forks in archives made on a Mac do not count.
pub(super) fn is_image(path: &str) -> bool {
    let hidden = |part: &str| part.starts_with('.') || part == "__MACOSX";
    let extension = path
        .rsplit_once('.')
        .map(|(_, end)| end)
        .unwrap_or_default();
    let known = ["png", "jpg", "jpeg", "jpe", "jfif", "webp"];
    known.iter().any(|e| extension.eq_ignore_ascii_case(e)) && !path.split('/').any(hidden)
}

/// Finds the classes among paths with `/` between their parts; those that are no images are
/// left out.
pub(super) fn arrange(paths: &[String]) -> Layout {
    let mut images: Vec<(Vec<&str>, usize)> = paths
        .iter()
        .enumerate()
        .filter(|(_, path)| is_image(path))
        .map(|(index, path)| (path.split('/').collect(), index))
        .collect();
    images.sort();
    while let Some(folder) = folder_to_enter(&images) {
        images.retain(|(parts, _)| parts.len() > 1 && parts[0] == folder);
        for (parts, _) in &mut images {
            parts.remove(0);
        }
    }
    let classes: Vec<&str> = folders(&images).into_iter().collect();
    if !classes.is_empty() {
        // Loose pictures beside class folders have no class to count for.
        images.retain(|(parts, _)| parts.len() > 1);
    }
    let class = |parts: &[&str]| classes.binary_search(&parts[0]).ok();
    Layout {
        images: images.iter().map(|(p, index)| (*index, class(p))).collect(),
        classes: classes.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// First parts of the paths that have several.
fn folders<'a>(images: &[(Vec<&'a str>, usize)]) -> BTreeSet<&'a str> {
    let nested = images.iter().filter(|(parts, _)| parts.len() > 1);
    nested.map(|(parts, _)| parts[0]).collect()
}

/// The folder that holds the data set, if it is not this one: the preferred of some splits, or
/// the only folder, if it has folders in turn (else it is the only class).
fn folder_to_enter<'a>(images: &[(Vec<&'a str>, usize)]) -> Option<&'a str> {
    let folders = folders(images);
    let rank = |name: &str| {
        SPLITS
            .iter()
            .position(|split| split.eq_ignore_ascii_case(name))
    };
    if folders.iter().all(|name| rank(name).is_some()) {
        return folders.into_iter().min_by_key(|name| rank(name));
    }
    let deep = images.iter().any(|(parts, _)| parts.len() > 2);
    (folders.len() == 1 && deep).then(|| folders.into_iter().next())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes, and the images as `path=class` in order.
    fn arranged(paths: &[&str]) -> (Vec<String>, Vec<String>) {
        let paths: Vec<String> = paths.iter().map(|&p| p.to_owned()).collect();
        let layout = arrange(&paths);
        let name = |class: Option<usize>| match class {
            Some(class) => layout.classes[class].clone(),
            None => "none".to_owned(),
        };
        let images = layout.images.iter();
        let images = images.map(|&(i, class)| format!("{}={}", paths[i], name(class)));
        (layout.classes.clone(), images.collect())
    }

    #[test]
    fn folders_are_classes_in_the_order_of_their_names() {
        let (classes, images) = arranged(&["dog/2.png", "dog/1.JPG", "cat/x/9.webp", "note.png"]);
        assert_eq!(classes, ["cat", "dog"]);
        assert_eq!(
            images,
            ["cat/x/9.webp=cat", "dog/1.JPG=dog", "dog/2.png=dog"]
        );
    }

    #[test]
    fn wrappers_and_splits_are_entered() {
        let (classes, images) = arranged(&[
            "set/train/cat/1.png",
            "set/train/dog/1.png",
            "set/test/cat/2.png",
            "set/test/dog/3.png",
            "set/preview.png",
        ]);
        assert_eq!(classes, ["cat", "dog"]);
        assert_eq!(images, ["set/test/cat/2.png=cat", "set/test/dog/3.png=dog"]);
        let (classes, images) = arranged(&["Val/a/1.png", "train/a/1.png", "train/b/1.png"]);
        assert_eq!((classes.len(), images.len()), (1, 1));
        // Not all folders are splits: then they are classes.
        assert_eq!(arranged(&["test/1.png", "cat/1.png"]).0, ["cat", "test"]);
    }

    #[test]
    fn images_in_one_folder_have_no_class() {
        assert_eq!(
            arranged(&["b.png", "a.png"]).1,
            ["a.png=none", "b.png=none"]
        );
        assert_eq!(arranged(&["test/a.png"]).1, ["test/a.png=none"]);
        // But one folder of images among nothing else is a class.
        assert_eq!(arranged(&["cat/a.png"]).0, ["cat"]);
    }

    #[test]
    fn what_is_no_picture_does_not_count() {
        let (classes, images) = arranged(&[
            "__MACOSX/cat/._1.png",
            "cat/.hidden.png",
            ".git/x.png",
            "cat/readme.txt",
            "labels/1.txt",
            "cat/1.png",
        ]);
        assert_eq!((classes.len(), images.len()), (1, 1));
        assert_eq!(arranged(&[]).0, Vec::<String>::new());
        assert_eq!(arranged(&["a", "b/", ""]).1, Vec::<String>::new());
    }
}
