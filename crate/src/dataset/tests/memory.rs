//! Files in memory, tar archives and tables of labels.

use super::*;

fn memory(files: &[(&str, Vec<u8>)]) -> Result<Dataset, String> {
    let files = files.iter().map(|(n, b)| ((*n).to_owned(), b.clone()));
    Dataset::from_memory(files.collect(), None)
}

fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        writer
            .append_data(&mut header, name, bytes.as_slice())
            .unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn files_in_memory_are_read_like_those_on_the_disk() {
    let scratch = Scratch::new();
    let pictures = [
        ("b/1.png", png(4)),
        ("a/2.png", png(2)),
        ("a/1.png", png(1)),
    ];
    for (name, bytes) in &pictures {
        scratch.write(name, bytes);
    }
    let data = memory(&pictures).unwrap();
    assert_eq!(summary(&data), summary(&open(&scratch.0).unwrap()));
    assert_eq!(data.kind, "pictures, one folder per class");
    assert_eq!(data.info().per_class, [2, 1]);
    let path = scratch.0.join("set.zip");
    zip(&path, &pictures);
    let zipped = memory(&[("set.zip", std::fs::read(&path).unwrap())]).unwrap();
    assert_eq!(summary(&zipped), summary(&data));

    let images = idx(&[4, 1, 2], &[0, 1, 2, 3, 4, 5, 6, 7]);
    let labels = idx(&[4], &[3, 3, 1, 3]);
    let files = [
        ("fashion/t10k-images-idx3-ubyte.gz", gzip(&images)),
        ("fashion/t10k-labels-idx1-ubyte", labels),
    ];
    let data = memory(&files).unwrap();
    assert_eq!((data.len(), data.classes[9].as_str()), (4, "Ankle boot"));
    assert_eq!(data.get(0).unwrap().image.rgb[0], 4);
    // The same within an archive.
    zip(&path, &files);
    let zipped = open(&path).unwrap();
    assert_eq!((zipped.len(), zipped.class(0)), (4, Some(1)));
    assert_eq!(zipped.kind, "IDX, 2 × 1");

    let error = |files: &[(&str, Vec<u8>)]| memory(files).err().unwrap();
    assert!(error(&[]).contains("no files"));
    assert!(error(&[("x.bin", b"weights".to_vec())]).starts_with("x.bin: not a data set"));
    assert!(error(&[("a", vec![]), ("b", vec![])]).contains("no PNG"));
    let broken = [("a/1.png", b"no".to_vec()), ("a/2.png", png(1))];
    let message = memory(&broken).unwrap().get(0).unwrap_err();
    assert!(message.starts_with("a/1.png: This is not"), "{message}");
}

#[test]
fn of_a_tar_the_test_set_is_taken() {
    let files = [
        (
            "cifar-10-batches-bin/data_batch_1.bin",
            record(&[1], [9; 3]),
        ),
        (
            "cifar-10-batches-bin/batches.meta.txt",
            b"airplane".to_vec(),
        ),
        (
            "cifar-10-batches-bin/test_batch.bin",
            record(&[7], [1, 2, 3]),
        ),
    ];
    let packed = gzip(&tar(&files));
    let data = memory(&[("cifar-10-binary.tar.gz", packed.clone())]).unwrap();
    assert_eq!((data.kind.as_str(), data.len()), ("CIFAR-10", 1));
    assert_eq!(
        (data.class(0), data.name(0)),
        (Some(7), "test_batch.bin #0".into())
    );
    let scratch = Scratch::new();
    assert_eq!(open(scratch.write("x.tar.gz", &packed)).unwrap().len(), 1);
    // Plain, and with pictures.
    let plain = tar(&[("./set/a/1.png", png(1)), ("./set/b/2.png", png(2))]);
    let data = memory(&[("set.tar", plain.clone())]).unwrap();
    assert_eq!((data.classes.join(" "), data.len()), ("a b".into(), 2));
    let cut = memory(&[("set.tar", plain[..700].to_vec())]).err().unwrap();
    assert!(cut.starts_with("set.tar: "), "{cut}");
    let cut = memory(&[("set.tgz", packed[..packed.len() - 20].to_vec())]).err();
    assert!(
        cut.as_ref().is_some_and(|c| c.starts_with("set.tgz: ")),
        "{cut:?}"
    );
    let none = memory(&[("set.tar", tar(&[("readme", b"x".to_vec())]))])
        .err()
        .unwrap();
    assert!(none.contains("holds no PNG"), "{none}");
}

#[test]
fn tables_say_the_labels() {
    let pictures = [
        ("pics/x.png", png(1)),
        ("pics/y.png", png(2)),
        ("pics/z.png", png(3)),
    ];
    let with = |table: &str| {
        let mut files = pictures.to_vec();
        files.push(("labels.csv", table.as_bytes().to_vec()));
        memory(&files)
    };
    let labelled = |table: &str| {
        let data = with(table).unwrap();
        let mut rows: Vec<_> = summary(&data)
            .into_iter()
            .map(|(_, c, g)| (g, c.unwrap()))
            .collect();
        rows.sort_unstable();
        (data.classes, rows)
    };
    let names = (
        vec!["cat".to_owned(), "dog".to_owned()],
        vec![(1, 1), (2, 0), (3, 1)],
    );
    for table in [
        "pics/x.png,dog\npics/y.png,cat\npics/z.png,dog\n",
        "file,label\nx.png,dog\ny.png,cat\nz.png,dog\n",
        "\u{feff}id;class\r\nx;dog\r\ny;cat\r\n\"z\";\"dog\"\r\n",
        "label\timage\ndog\t./pics/x.png\ncat\tpics\\y.png\ndog\tz.png\n",
    ] {
        assert_eq!(labelled(table), names, "{table}");
    }
    // Numbers are outputs, not names in order; images that are not named do not count.
    let (classes, rows) = labelled("x.png,10\ny.png,2\n");
    assert_eq!(
        (classes.len(), classes[10].as_str(), rows),
        (11, "10", vec![(1, 10), (2, 2)])
    );
    for (table, reason) in [
        (
            "file,label\nx.png,1\nw.png,1\n",
            "names w.png, which is not there",
        ),
        ("x.png,\n", "gives x.png no label"),
        ("x.png\n", "two columns"),
    ] {
        let message = with(table).err().unwrap();
        assert!(
            message.starts_with("labels.csv: ") && message.contains(reason),
            "{message}"
        );
    }
    // A table of something else is none of labels.
    assert_eq!(with("epoch,loss\n1,0.5\n").unwrap().classes, ["pics"]);
    // On the disk the table itself may be named.
    let scratch = Scratch::new();
    scratch.write("pics/x.png", &png(1));
    let path = scratch.write("labels.csv", b"x.png,3\n");
    assert_eq!(open(path).unwrap().class(0), Some(3));
    for (table, reason) in [
        ("file,label\n", "names no images"),
        ("", "file is empty"),
        ("a,b\nc,d", "names c, which"),
    ] {
        let message = error(scratch.write("labels.csv", table.as_bytes()));
        assert!(message.contains(reason), "{message}");
    }
    scratch.write("labels.csv", b"x.png,3\n");
    assert_eq!(open(&scratch.0).unwrap().class(0), Some(3));
}
