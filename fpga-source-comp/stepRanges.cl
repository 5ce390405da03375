#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void stepRanges(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *delta, __global uchar *scale, __global uchar *zero, __global uchar *dims, __global uchar *scalars)
{
  bool b_34; 
  float f_42, f_41, f_44, f_43, f_46, f_45, f_48, f_47, f_50, f_49, f_52, f_51, f_54, f_53, f_56, f_55, f_30, f_29, f_31, f_36, f_35, f_38, f_37, f_40, f_39, f_74, f_73, f_80, f_81, f_20, f_19, f_21, f_58, f_57, f_60, f_59, f_62, f_61, f_64, f_63, f_66, f_65, f_67, f_69, f_71; 
  ulong ul_18, ul_82, ul_83, ul_28, ul_0, ul_2, ul_1, ul_4, ul_3, ul_6, ul_8, ul_7, ul_10; 
  int i_33, i_32, i_5, i_70, i_68, i_9, i_72, i_13, i_77, i_14, i_78, i_11, i_75, i_12, i_76, i_79, i_22, i_84, i_23, i_24; 
  long l_25, l_26, l_27, l_15, l_16, l_17; 

  // BLOCK 0
  ul_0  =  (ulong) delta;
  ul_1  =  (ulong) scale;
  ul_2  =  (ulong) zero;
  ul_3  =  (ulong) dims;
  ul_4  =  (ulong) scalars;
  i_5  =  get_global_size(0);
  ul_6  =  ul_4 + 16L;
  ul_7  =  ul_3 + 52L;
  ul_8  =  ul_3 + 16L;
  i_9  =  get_global_id(0);
  ul_10  =  ul_3 + 20L;
  // BLOCK 1 MERGES [0 13 ]
  i_11  =  i_9;
  for(;;)
  {
    i_12  =  *((__global int *) ul_10);
    if(!(i_11 < i_12))
    {
      break;
    }
    // BLOCK 2
    i_13  =  *((__global int *) ul_8);
    i_14  =  *((__global int *) ul_10);
    l_15  =  (long) i_11;
    l_16  =  l_15 + 4L;
    l_17  =  l_16 << 2;
    ul_18  =  ul_0 + l_17;
    f_19  =  *((__global float *) ul_18);
    // BLOCK 3 MERGES [2 4 ]
    f_20  =  f_19;
    f_21  =  f_19;
    i_22  =  1;
    for(;i_22 < i_13;)
    {
      // BLOCK 4
      i_23  =  i_14 * i_22;
      i_24  =  i_23 + i_11;
      l_25  =  (long) i_24;
      l_26  =  l_25 + 4L;
      l_27  =  l_26 << 2;
      ul_28  =  ul_0 + l_27;
      f_29  =  *((__global float *) ul_28);
      f_30  =  fmax(f_21, f_29);
      f_31  =  fmin(f_20, f_29);
      i_32  =  i_22 + 1;
      f_20  =  f_31;
      f_21  =  f_30;
      i_22  =  i_32;
    }  // B3
    // BLOCK 5
    i_33  =  *((__global int *) ul_7);
    b_34  =  i_33 == 1;
    if(b_34)
    {
      // BLOCK 6
      f_35  =  fabs(f_21);
      f_36  =  -f_35;
      f_37  =  exp(f_36);
      f_38  =  fma(f_37, -0.0033184744F, 0.020204594F);
      f_39  =  fma(f_37, f_38, -0.05766446F);
      f_40  =  fma(f_37, f_39, 0.10680557F);
      f_41  =  fma(f_37, f_40, -0.15355398F);
      f_42  =  fma(f_37, f_41, 0.19695401F);
      f_43  =  fma(f_37, f_42, -0.24958588F);
      f_44  =  fma(f_37, f_43, 0.33330512F);
      f_45  =  fma(f_37, f_44, -0.4999993F);
      f_46  =  fma(f_37, f_45, 1.0F);
      f_47  =  fmax(f_21, 0.0F);
      f_48  =  fma(f_37, f_46, f_47);
      f_49  =  fabs(f_20);
      f_50  =  -f_49;
      f_51  =  exp(f_50);
      f_52  =  fma(f_51, -0.0033184744F, 0.020204594F);
      f_53  =  fma(f_51, f_52, -0.05766446F);
      f_54  =  fma(f_51, f_53, 0.10680557F);
      f_55  =  fma(f_51, f_54, -0.15355398F);
      f_56  =  fma(f_51, f_55, 0.19695401F);
      f_57  =  fma(f_51, f_56, -0.24958588F);
      f_58  =  fma(f_51, f_57, 0.33330512F);
      f_59  =  fma(f_51, f_58, -0.4999993F);
      f_60  =  fma(f_51, f_59, 1.0F);
      f_61  =  fmax(f_20, 0.0F);
      f_62  =  fma(f_51, f_60, f_61);
      f_63  =  f_62;
      f_64  =  f_48;
    }  // B5
    else
    {
      // BLOCK 7
      f_63  =  f_20;
      f_64  =  f_21;
    }  // B5
    // BLOCK 8 MERGES [7 6 ]
    f_65  =  *((__global float *) ul_6);
    f_66  =  f_64 - f_63;
    f_67  =  f_66 / f_65;
    i_68  =  isless(0.0F, f_67);
    if(i_68 == 1)
    {
      // BLOCK 9
      f_69  =  f_63 / f_67;
      i_70  =  isless(f_69, 8388608.0F);
      if(i_70 == 1)
      {
        // BLOCK 10
        f_71  =  fmin(f_69, 8388608.0F);
        i_72  =  isnan(f_71)? 0 : (int) f_71;
        f_73  =  (float) i_72;
        f_74  =  f_69 - f_73;
        i_75  =  (0.5F < f_74) ? 1 : 0;
        i_76  =  (f_74 == 0.5F) ? 1 : 0;
        i_77  =  i_76 & i_72;
        i_78  =  i_75 | i_77;
        i_79  =  i_78 + i_72;
        f_80  =  (float) i_79;
        f_81  =  f_80;
      }  // B9
      else
      {
        // BLOCK 11
        f_81  =  f_69;
      }  // B9
    }  // B8
    else
    {
      // BLOCK 12
      f_81  =  0.0F;
    }  // B8
    // BLOCK 13 MERGES [12 10 11 ]
    ul_82  =  ul_1 + l_17;
    *((__global float *) ul_82)  =  f_67;
    ul_83  =  ul_2 + l_17;
    *((__global float *) ul_83)  =  f_81;
    i_84  =  i_5 + i_11;
    i_11  =  i_84;
  }  // B1
  // BLOCK 14
  return;
}  //  kernel
