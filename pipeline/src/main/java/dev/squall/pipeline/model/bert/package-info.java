/**
 * BERT encoders on the host: a WordPiece tokeniser, the layers, and sentences as unit vectors
 * ({@link dev.squall.pipeline.model.bert.SentenceEncoder}).
 */
package dev.squall.pipeline.model.bert;
