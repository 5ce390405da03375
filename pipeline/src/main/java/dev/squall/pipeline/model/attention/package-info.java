/**
 * How the queries of a prompt attend: dense, within a window, or by any kernel that takes q, k and
 * v and fills o. A sparse method that joins the catalogue needs no code here beyond a short name.
 */
package dev.squall.pipeline.model.attention;
