"""Any encoder can be fine-tuned, exported and resumed: run `python -m unittest training.test_finetune` in packages/model."""

import copy
import json
import os
import random
import tempfile
import unittest
from pathlib import Path
from unittest import mock

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch

from . import finetune, tiny_modernbert
from .average import averaged_classifier
from .corpus import read_corpus
from .dropout import with_pooled_dropout
from .export import export_fp32, export_int8
from .held_out import Corpus
from .paths import read_config
from .pooled_states import pooled_states, tokenise


class FinetuneModernBert(unittest.TestCase):
    """A tiny random ModernBERT, from a folder, on 72 texts of the corpus."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        tokenizer = tiny_modernbert._tokenizer()
        tiny_modernbert._model(1, tokenizer.get_vocab_size()).model.save_pretrained(self.folder)
        tokenizer.save(str(self.folder / "tokenizer.json"))
        (self.folder / "tokenizer_config.json").write_text(json.dumps(tiny_modernbert._tokenizer_config()), encoding="utf-8")
        cache = mock.patch.object(finetune, "CACHE", self.folder / "cache")
        cache.start()
        self.addCleanup(cache.stop)
        self.config = copy.deepcopy(read_config())
        self.config["folders"] = ["a"]
        self.config["encoder"]["source"] = str(self.folder)
        self.config["encoder"]["finetune"] |= {"epochs": 1, "frozenLayers": 0}
        self.rows = read_corpus(self.config, ["a"])[:72]
        self.train = np.arange(72) < 60

    def test_all_objectives_learn(self) -> None:
        for settings in ({}, {"scores": "sigmoid"}, {"contrastEpochs": 1, "epochs": 2}):
            self.config["encoder"]["finetune"] |= settings
            model = finetune.finetuned(self.config, self.rows, self.train)
            scores = finetune.log_scores(model, finetune.Tokens(self.config, random.Random(0)), self.rows)
            np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1, atol=1e-9)
            self.assertGreater(np.ptp(scores, axis=0).max(), 0)

    def test_a_second_call_takes_what_the_first_left(self) -> None:
        first = finetune.finetuned(self.config, self.rows, self.train)
        with mock.patch.object(finetune, "_epoch", side_effect=AssertionError("trained again")):
            second = finetune.finetuned(self.config, self.rows, self.train)
        self.assertTrue(torch.equal(first.head.weight, second.head.weight))

    def test_the_graph_gives_what_pytorch_gives(self) -> None:
        model, settings = finetune.finetuned(self.config, self.rows, self.train), self.config["encoder"]
        texts = [row.text[:200] for row in self.rows[:4]]
        graph = export_fp32(model.encoder, self.folder / "fp32", settings)
        found = pooled_states(texts, graph, settings["maxTokens"])
        with torch.no_grad():
            inputs = [tokenise(text, self.folder / "fp32", settings["maxTokens"]) for text in texts]
            wanted = [model.encoder(*(torch.from_numpy(one[name]) for name in model.encoder.inputs)).numpy()[0] for one in inputs]
        np.testing.assert_allclose(found, np.stack(wanted), atol=1e-4)
        np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-5)
        self.assertEqual(export_int8(graph, self.folder / "int8", settings).name, "model_quantized.onnx")

    def test_pooled_dropout_keeps_the_mean_and_draws_anew(self) -> None:
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Dropout(0.25), torch.nn.Dropout(0.0))
        with_pooled_dropout(model)
        ones = torch.ones(200, 500)
        first, second = model(ones), model(ones)
        self.assertAlmostEqual(first.mean().item(), 1, delta=0.01)
        self.assertAlmostEqual((first == 0).float().mean().item(), 0.25, delta=0.01)
        self.assertFalse(torch.equal(first, second))
        self.assertEqual(model(ones.bfloat16()).dtype, torch.bfloat16)
        self.assertTrue(torch.equal(model.eval()(ones), ones))

    def test_what_ships_is_the_mean_of_the_folds_encoders(self) -> None:
        corpus = Corpus({**self.config, "folds": 3, "heldOutFolds": 2})
        heads = [finetune.finetuned(corpus.config, corpus.rows, corpus.folds != fold).head.weight for fold in (0, 1)]
        self.assertFalse(torch.equal(*heads))
        torch.testing.assert_close(averaged_classifier(corpus).head.weight, (heads[0] + heads[1]) / 2)

    def test_fewer_layers_give_fewer_states(self) -> None:
        self.config["encoder"]["layers"] = 1
        self.assertEqual(finetune.Classifier(self.config).encoder.dims, 2 * 32)


if __name__ == "__main__":
    unittest.main()
