package dev.squall.pipeline.doctor;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The rules, no more and no fewer, that the doctor must find broken in a method. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Finds {
  Rule[] value();
}
