"""Pictures in folders: which files, which batches, and training on them."""

import numpy as np
import pytest

import lamella
from lamella.layers import Resizing
from lamella.utils import image_dataset_from_directory, save_img


@pytest.fixture
def folder(tmp_path):
    """Pictures of one shade each: 10, 11 ... in `dark`, 200, 201 ... in `light`."""
    for name, first, count in (("dark", 10, 7), ("light", 200, 5)):
        (tmp_path / name / "inside").mkdir(parents=True)
        for i in range(count):
            where = tmp_path / name / ("inside" if i == count - 1 else "")
            save_img(where / f"{i}.png", np.full((4 + i, 6, 3), first + i), scale=False)
    (tmp_path / "dark" / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def read(folder, **arguments):
    return image_dataset_from_directory(folder, image_size=(2, 2), verbose=False, **arguments)


def shades(pictures):
    return pictures[:, 0, 0, 0].round().astype(int).tolist()


def test_files_in_order(folder, capsys):
    data = image_dataset_from_directory(folder, image_size=(2, 2), batch_size=5, shuffle=False)
    assert capsys.readouterr().out == "Found 12 files belonging to 2 classes.\n"
    assert (data.class_names, len(data)) == (["dark", "light"], 3)
    batches = list(data)
    assert [x.shape for x, _ in batches] == [(5, 2, 2, 3), (5, 2, 2, 3), (2, 2, 2, 3)]
    assert [shade for x, _ in batches for shade in shades(x)] == [*range(10, 17), *range(200, 205)]
    assert [label for _, y in batches for label in y.tolist()] == [0] * 7 + [1] * 5
    assert (batches[0][0].dtype, batches[0][1].dtype) == ("float32", "int32")
    assert data.file_paths[6].endswith("6.png")


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        ({"label_mode": "binary"}, [[0.0], [1.0]]),
        ({"label_mode": "categorical"}, [[1.0, 0.0], [0.0, 1.0]]),
        ({"class_names": ["light", "dark"]}, [1, 0]),
    ],
)
def test_labels(folder, arguments, labels):
    x, y = next(iter(read(folder, shuffle=False, **arguments)))
    assert (y[0].tolist(), y[-1].tolist()) == tuple(labels if "class_names" not in arguments else [0, 1])
    assert (shades(x)[0] == 200) == ("class_names" in arguments)


def test_without_labels(folder):
    for arguments in ({"labels": None}, {"label_mode": None}):
        assert next(iter(read(folder, shuffle=False, **arguments))).shape == (12, 2, 2, 3)
    given = read(folder, shuffle=False, labels=[3] * 6 + [5] * 6)
    assert given.class_names == ["3", "5"]
    assert next(iter(given))[1].tolist() == [3] * 6 + [5] * 6


def test_a_split_has_the_files_that_keras_has(folder):
    names = read(folder, shuffle=False).file_paths
    np.random.RandomState(7).shuffle(names)  # what Keras 3.15 shuffles with
    training, validation = read(folder, validation_split=0.3, subset="both", seed=7)
    assert training.file_paths + validation.file_paths == names
    assert len(validation.file_paths) == 3
    for part, same in (("training", training), ("validation", validation)):
        alone = read(folder, validation_split=0.3, subset=part, seed=7)
        assert alone.file_paths == same.file_paths
        x, y = next(iter(alone))
        assert [shade > 100 for shade in shades(x)] == y.astype(bool).tolist()


def test_each_epoch_has_its_order(folder):
    data = read(folder, seed=1)
    first, second = (shades(next(iter(data))[0]) for _ in range(2))
    assert sorted(first) == sorted(second)
    assert first != second
    again = read(folder, seed=1)
    assert [shades(next(iter(again))[0]) for _ in range(2)] == [first, second]


def test_pictures_are_resized_as_by_the_layer(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (9, 15, 3)).astype("float32")
    save_img(tmp_path / "one.png", picture, scale=False)

    def resized(**arguments):
        data = image_dataset_from_directory(
            tmp_path, labels=None, verbose=False, image_size=(4, 5), **arguments
        )
        return next(iter(data))[0]

    for how in ("bilinear", "nearest", "bicubic"):
        np.testing.assert_allclose(resized(interpolation=how), Resizing(4, 5, how)(picture), atol=1e-3)
    cropped = Resizing(4, 5, crop_to_aspect_ratio=True)(picture)
    np.testing.assert_allclose(resized(crop_to_aspect_ratio=True), cropped, atol=1e-3)
    padded = resized(pad_to_aspect_ratio=True)
    assert (padded[3] == 0).all()
    np.testing.assert_allclose(padded[:3], Resizing(3, 5)(picture), atol=1e-3)


def test_other_data_is_made_of_it(folder):
    data = read(folder, shuffle=False, batch_size=4)
    halved = data.map(lambda x, y: (x / 2, y)).map(lambda x, y: x)
    assert shades(next(iter(halved))) == [5, 6, 6, 6]
    assert [len(y) for _, y in data.take(2)] == [4, 4]
    cached = data.cache().shuffle(1000, seed=3).prefetch(2)
    before = [shade for x, _ in cached for shade in shades(x)]
    for path in data.file_paths:
        save_img(path, np.zeros((2, 2, 3)))
    after = [shade for x, _ in cached for shade in shades(x)]
    assert sorted(after) == sorted(before)
    assert after != before


def test_training_on_a_folder(folder):
    training, validation = read(
        folder, label_mode="binary", validation_split=0.25, subset="both", seed=0, batch_size=3
    )
    model = lamella.Sequential(
        [
            lamella.Input((2, 2, 3)),
            lamella.layers.Rescaling(1 / 255),
            lamella.layers.Flatten(),
            lamella.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(lamella.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(training, validation_data=validation, epochs=30, verbose=0)
    assert history.history["val_accuracy"][-1] == 1.0
    assert model.predict(validation, verbose=0).shape == (3, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"labels": "guessed"}, "'labels' must be one of"),
        ({"labels": [0, 1]}, "12 files, and 2 'labels'"),
        ({"label_mode": "text"}, "'label_mode'"),
        ({"class_names": ["none"]}, "'class_names' must be a list of the folders"),
        ({"labels": None, "class_names": ["dark"]}, "belong to labels='inferred'"),
        ({"image_size": 3}, "'image_size' must be"),
        ({"batch_size": None}, "'batch_size'"),
        ({"interpolation": "area"}, "'interpolation'"),
        ({"validation_split": 0.2}, "go together"),
        ({"validation_split": 0.2, "subset": "training"}, "needs a 'seed'"),
        ({"validation_split": 0.01, "subset": "both", "seed": 1}, "no pictures"),
        ({"data_format": "channels_first"}, "'data_format'"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "only one of"),
        ({"seed": 2**32}, "'seed'"),
    ],
)
def test_what_makes_no_sense_is_refused(folder, arguments, words):
    with pytest.raises(ValueError, match=words):
        image_dataset_from_directory(folder, **{"verbose": False, **arguments})


def test_a_folder_without_pictures(folder):
    with pytest.raises(ValueError, match="there are no pictures"):
        read(folder / ".hidden")
    (folder / "dark" / "damaged.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"damaged.png' holds no picture"):
        list(read(folder))
